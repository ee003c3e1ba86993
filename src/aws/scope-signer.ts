import type { HttpRequest } from '@smithy/types';

/**
 * Names account, region and service as a real signature does, and signs nothing.
 *
 * In process nobody checks a signature, and making one costs more than the rest of the request's way.
 */
export const scopeSigner = (accessKeyId: string, region: string, service: string) => ({
  sign: async (request: HttpRequest): Promise<HttpRequest> => {
    const credential = `${accessKeyId}/19700101/${region}/${service}/aws4_request`;
    request.headers['authorization'] = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=none`;
    return request;
  },
});
