export const VAT = 0.19;
export default function gross(net) {
  return net * (1 + VAT);
}
