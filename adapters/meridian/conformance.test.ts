import { describeConformance } from '../conformance/describe-conformance';

describeConformance('meridian');
