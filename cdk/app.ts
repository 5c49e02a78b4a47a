/** The app of cdk.json: in a checkout, every synth is held against cdk-nag. */
import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { synthesize } from './synthesize.ts';

synthesize(app => Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app)));
