import type {
  DescribeInternetGatewaysCommand,
  DescribeRouteTablesCommand,
  InternetGateway,
  RouteTable,
} from '@aws-sdk/client-ec2';
import type { Action } from '../../../wire/types.ts';
import { defaultNetwork, type DefaultNetwork } from '../default-network.ts';
import { filtered } from '../filters.ts';
import { requested } from '../requested.ts';

const TABLE_FILTERS = [
  'association.main',
  'association.route-table-id',
  'association.subnet-id',
  'owner-id',
  'route-table-id',
  'route.gateway-id',
  'vpc-id',
];
const GATEWAY_FILTERS = ['attachment.state', 'attachment.vpc-id', 'internet-gateway-id', 'owner-id'];

export const describeRouteTables: Action<typeof DescribeRouteTablesCommand> = (input, ctx) => {
  const network = defaultNetwork(ctx);
  const message = (id: string) => `The routeTable ID '${id}' does not exist`;
  const code = 'InvalidRouteTableID.NotFound';
  const named = requested([shownTable(network)], input.RouteTableIds, (table) => table.RouteTableId, code, message);
  const RouteTables = filtered(named, input.Filters, TABLE_FILTERS, () => ({
    'association.main': ['true'],
    'association.route-table-id': [network.routeTableId],
    'owner-id': [network.account],
    'route-table-id': [network.routeTableId],
    'route.gateway-id': ['local', network.internetGatewayId],
    'vpc-id': [network.vpcId],
  }));
  return { RouteTables };
};

export const describeInternetGateways: Action<typeof DescribeInternetGatewaysCommand> = (input, ctx) => {
  const network = defaultNetwork(ctx);
  const message = (id: string) => `The internetGateway ID '${id}' does not exist`;
  const code = 'InvalidInternetGatewayID.NotFound';
  const idOf = (gateway: InternetGateway) => gateway.InternetGatewayId;
  const named = requested([shownGateway(network)], input.InternetGatewayIds, idOf, code, message);
  const InternetGateways = filtered(named, input.Filters, GATEWAY_FILTERS, () => ({
    'attachment.state': ['available'],
    'attachment.vpc-id': [network.vpcId],
    'internet-gateway-id': [network.internetGatewayId],
    'owner-id': [network.account],
  }));
  return { InternetGateways };
};

const shownTable = (network: DefaultNetwork): RouteTable => ({
  RouteTableId: network.routeTableId,
  VpcId: network.vpcId,
  OwnerId: network.account,
  Associations: [
    {
      Main: true,
      RouteTableAssociationId: network.routeTableId.replace('rtb-', 'rtbassoc-'),
      RouteTableId: network.routeTableId,
      AssociationState: { State: 'associated' },
    },
  ],
  PropagatingVgws: [],
  Routes: [
    {
      DestinationCidrBlock: network.cidrBlock,
      GatewayId: 'local',
      Origin: 'CreateRouteTable',
      State: 'active',
    },
    {
      DestinationCidrBlock: '0.0.0.0/0',
      GatewayId: network.internetGatewayId,
      Origin: 'CreateRoute',
      State: 'active',
    },
  ],
});

const shownGateway = (network: DefaultNetwork): InternetGateway => ({
  InternetGatewayId: network.internetGatewayId,
  OwnerId: network.account,
  Attachments: [{ State: 'attached', VpcId: network.vpcId }],
});
