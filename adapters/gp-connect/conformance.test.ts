import { describeConformance } from '../conformance/describe-conformance';

describeConformance('gp-connect');
