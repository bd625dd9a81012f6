export { eventually } from '../domain/eventually';
