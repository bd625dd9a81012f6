import { describeConformance } from '../conformance/describe-conformance';

describeConformance('tpp');
