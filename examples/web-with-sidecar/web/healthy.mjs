// The container's health check: ends with 0 when the page can be served.
const { ok } = await fetch('http://127.0.0.1:8080/health').catch(() => ({ ok: false }));
process.exit(ok ? 0 : 1);
