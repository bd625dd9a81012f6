import { describeGpSystem } from '../conformance/describe-gp-system';

describeGpSystem('emis');
