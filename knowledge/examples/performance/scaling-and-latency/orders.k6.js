// region k6
import http from 'k6/http';
import { check } from 'k6';

export const options = {
  scenarios: {
    orders: {
      executor: 'ramping-arrival-rate', // open model: arrivals do not wait for answers
      startRate: 50,
      timeUnit: '1s',
      preAllocatedVUs: 200,
      maxVUs: 2000, // too few: k6 drops iterations and reports dropped_iterations
      stages: [
        { target: 50, duration: '2m' }, // warm up: caches, JIT, pools
        { target: 500, duration: '10m' }, // climb until something gives
        { target: 500, duration: '20m' }, // hold: leaks, autovacuum, token expiry
      ],
    },
  },
  thresholds: {
    http_req_failed: ['rate<0.001'],
    http_req_duration: ['p(99)<300'],
    dropped_iterations: ['count<1'], // the generator was the bottleneck
  },
};

export default function () {
  const id = 1 + Math.floor(Math.random() * 1_000_000); // as many keys as production, or the cache flatters you
  const res = http.get(`${__ENV.BASE_URL}/orders/${id}`, { tags: { name: '/orders/{id}' } });
  check(res, { 'has the order': (r) => r.status === 200 && r.json('id') === id });
}
// endregion
