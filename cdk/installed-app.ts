/** The app of an installed package: `cdk --app "node node_modules/auth0-logs-to-azure/cdk/installed-app.js"`. Without cdk-nag, which the tests run. */
import { synthesize } from './synthesize.ts';

synthesize();
