/** Every supplier, one line each: adding one is its folder and its line here. */
export { bars } from './bars/bars.supplier';
export { emis } from './emis/emis.supplier';
export { tpp } from './tpp/tpp.supplier';
export { gpConnect } from './gp-connect/gp-connect.supplier';
export { meridian } from './meridian/meridian.supplier';
