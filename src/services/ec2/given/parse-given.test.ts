import { expect, it } from 'vitest';
import { networksWith } from '../networks.ts';
import { parseGiven } from './parse-given.ts';

const SUBNET = { SubnetId: 'subnet-0aaaaaaaa', VpcId: 'vpc-0aaaaaaaa', AvailabilityZone: 'eu-west-1b' };
const file = (content: unknown, name = 'network.json') => ({ name, text: JSON.stringify(content) });
const SCOPE = { account: '111122223333', region: 'eu-west-1' };

it('gathers what several files tell, and knows of VPCs that only subnets name', () => {
  const group = { GroupId: 'sg-0bbbbbbbb', GroupName: 'web', VpcId: 'vpc-0aaaaaaaa' };
  const given = parseGiven([file({ Subnets: [SUBNET] }), file({ SecurityGroups: [group] })]);

  expect(given).toEqual({
    vpcs: [{ VpcId: 'vpc-0aaaaaaaa', State: 'available' }],
    subnets: [SUBNET],
    securityGroups: [group],
  });
});

it('shows it in its region, in every account as that account’s, and never as the default', () => {
  const given = parseGiven([
    file({
      Vpcs: [{ VpcId: 'vpc-0aaaaaaaa', OwnerId: '999999999999', IsDefault: true }],
      Subnets: [
        {
          ...SUBNET,
          OwnerId: '999999999999',
          SubnetArn: 'arn:aws:ec2:eu-west-1:999999999999:subnet/subnet-0aaaaaaaa',
          DefaultForAz: true,
        },
      ],
      SecurityGroups: [{ GroupId: 'sg-0bbbbbbbb', VpcId: 'vpc-0aaaaaaaa' }],
    }),
  ]);

  const { vpcs, subnets, securityGroups } = networksWith(given)(SCOPE);
  expect(vpcs.at(-1)).toMatchObject({ VpcId: 'vpc-0aaaaaaaa', OwnerId: SCOPE.account, IsDefault: false });
  expect(subnets.at(-1)).toMatchObject({
    SubnetId: 'subnet-0aaaaaaaa',
    OwnerId: SCOPE.account,
    SubnetArn: 'arn:aws:ec2:eu-west-1:111122223333:subnet/subnet-0aaaaaaaa',
    DefaultForAz: false,
  });
  expect(securityGroups.at(-1)).toMatchObject({ GroupId: 'sg-0bbbbbbbb' });
  const elsewhere = networksWith(given)({ ...SCOPE, region: 'us-east-1' });
  expect([elsewhere.vpcs, elsewhere.subnets, elsewhere.securityGroups].map(({ length }) => length)).toEqual([1, 3, 1]);
});

it.each([
  ['is no JSON object', 'nonsense'],
  ['has no Vpcs, Subnets or SecurityGroups', '{"Reservations": []}'],
  ['has Subnets that are no list', '{"Subnets": 1}'],
  ['has one of Subnets whose SubnetId is "a"', '{"Subnets": [{"SubnetId": "a"}]}'],
  ['says of subnet-0aaaaaaaa no VpcId', '{"Subnets": [{"SubnetId": "subnet-0aaaaaaaa"}]}'],
  [
    'says of subnet-0aaaaaaaa no AvailabilityZone',
    '{"Subnets": [{"SubnetId": "subnet-0aaaaaaaa", "VpcId": "vpc-0aaaaaaaa"}]}',
  ],
  ['has one of SecurityGroups whose GroupId is undefined', '{"SecurityGroups": [null]}'],
])('says what is wrong with a file: %s', (what, text) => {
  expect(() => parseGiven([{ name: 'mine.json', text }])).toThrow(`the network in mine.json ${what}; give it what`);
});
