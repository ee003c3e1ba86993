import type { CatalogueEntry } from '../catalogue.ts';
import type { WireRequest } from '../request.ts';
import { awsJson } from './aws-json.ts';
import { awsQuery } from './aws-query.ts';
import { ec2Query } from './ec2-query.ts';
import type { Protocol } from './protocol.ts';
import { restJson } from './rest-json.ts';
import { restXml } from './rest-xml.ts';
import { rpcCbor } from './rpc-cbor.ts';

/** The protocols of one wire; each remembers the readers and writers it has built. */
export interface Protocols {
  readonly query: Protocol;
  readonly rest: Protocol;
  readonly cbor: Protocol;
  /** awsJson in the version that the request is written in. */
  jsonOf(request: WireRequest): Protocol;
  queryOf(entry: CatalogueEntry): Protocol;
  of(entry: CatalogueEntry, request: WireRequest): Protocol;
}

export function createProtocols(): Protocols {
  const [json10, json11, query, ec2] = [awsJson('1.0'), awsJson('1.1'), awsQuery(), ec2Query()];
  const [rest, xml, cbor] = [restJson(), restXml(), rpcCbor()];
  const jsonOf = ({ headers }: WireRequest) => (headers['content-type']?.includes('json-1.0') ? json10 : json11);
  const queryOf = ({ protocol }: CatalogueEntry) => (protocol === 'ec2-query' ? ec2 : query);
  const of = (entry: CatalogueEntry, request: WireRequest): Protocol => {
    switch (entry.protocol) {
      case 'aws-json':
        return jsonOf(request);
      case 'aws-query':
        return query;
      case 'ec2-query':
        return ec2;
      case 'rest-json':
        return rest;
      case 'rest-xml':
        return xml;
    }
  };
  return { query, rest, cbor, jsonOf, queryOf, of };
}
