// region esm
import { createRequire } from 'node:module';
import legacy, { total } from './legacy.cjs'; // default = module.exports; names are found by static analysis

export { legacy, total };
export const here = import.meta.dirname; // in place of __dirname
export const require = createRequire(import.meta.url); // for what import cannot load
// endregion
