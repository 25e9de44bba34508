'use strict';
// region cjs
const gross = require('./pricing.mjs'); // works when no module of that graph uses top-level await
module.exports.total = (net) => gross.default(net); // the namespace object: default is a property
module.exports.loadLater = () => import('./pricing.mjs'); // works on every version, returns a promise
// endregion
