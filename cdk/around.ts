/** The existing resources that `stack` of the configuration names, as constructs. Nothing is looked up in an account. */
import { Annotations, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { SecurityGroup, Subnet, Vpc } from 'aws-cdk-lib/aws-ec2';
import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { StackConfig } from '../lambda/config/stack.ts';
import type { Auth0LogsToAzureProps } from './pipeline.ts';

export type PipelineOptions = Omit<Auth0LogsToAzureProps, 'config'>;

/** Leaves out undefined values, so that the construct's defaults apply. */
export function pipelineOptions(stack: Stack, given: StackConfig): PipelineOptions {
  const { createSecrets, memorySizeMb, logRetentionDays, runbookUrl, kmsKeyArn, vpc } = given;
  return {
    ...(createSecrets !== undefined && { createSecrets }),
    ...(memorySizeMb !== undefined && { memorySizeMb }),
    ...(logRetentionDays !== undefined && { logRetention: logRetentionDays }),
    ...(runbookUrl !== undefined && { runbookUrl }),
    ...(given.state === 'destroy' && { stateRemovalPolicy: RemovalPolicy.DESTROY }),
    ...(kmsKeyArn !== undefined && { kmsKey: Key.fromKeyArn(stack, 'KmsKey', kmsKeyArn) }),
    ...(vpc && network(stack, vpc)),
  };
}

/** Sets the permissions boundary of every role, in nested stacks too. */
export function boundary(stack: Stack, { permissionsBoundaryArn: arn }: StackConfig) {
  return arn === undefined
    ? undefined
    : ManagedPolicy.fromManagedPolicyArn(stack, 'PermissionsBoundary', arn);
}

function network(stack: Stack, vpc: NonNullable<StackConfig['vpc']>): PipelineOptions {
  const { id, subnetIds, securityGroupIds } = vpc;
  return {
    vpc: Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: id,
      // Functions do not depend on the availability zones.
      availabilityZones: subnetIds.map((_, i) => `zone-${i}`),
    }),
    vpcSubnets: {
      subnets: subnetIds.map((subnet, i) => subnetOf(stack, `Subnet${i}`, subnet)),
    },
    ...(securityGroupIds && {
      securityGroups: securityGroupIds.map((group, i) =>
        SecurityGroup.fromSecurityGroupId(stack, `SecurityGroup${i}`, group, { mutable: false }),
      ),
    }),
  };
}

function subnetOf(stack: Stack, id: string, subnetId: string) {
  const subnet = Subnet.fromSubnetId(stack, id, subnetId);
  // Suppresses CDK's warning about the route table, which is not used.
  Annotations.of(subnet).acknowledgeWarning('@aws-cdk/aws-ec2:noSubnetRouteTableId');
  return subnet;
}
