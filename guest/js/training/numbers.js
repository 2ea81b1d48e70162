// numbers.js: arithmetic as programs do it: primes, matrices, hashes, series, typed arrays, big integers.

function sieve(limit) {
  const composite = new Uint8Array(limit + 1);
  const primes = [];
  for (let i = 2; i <= limit; i++) {
    if (composite[i]) continue;
    primes.push(i);
    for (let k = i * i; k <= limit; k += i) composite[k] = 1;
  }
  return primes;
}

function multiply(a, b, size) {
  const product = new Float64Array(size * size);
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += a[row * size + k] * b[k * size + column];
      product[row * size + column] = sum;
    }
  return product;
}

/** CRC-32. */
function checksum(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

function mandelbrot(width, depth) {
  let inside = 0;
  for (let y = 0; y < width; y++)
    for (let x = 0; x < width; x++) {
      const [cr, ci] = [(x / width) * 3 - 2, (y / width) * 2 - 1];
      let zr = 0;
      let zi = 0;
      let n = 0;
      while (n < depth && zr * zr + zi * zi < 4) {
        [zr, zi] = [zr * zr - zi * zi + cr, 2 * zr * zi + ci];
        n++;
      }
      if (n === depth) inside++;
    }
  return inside;
}

function greatestDivisor(a, b) {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

function statistics(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.map((value) => (value - mean) ** 2).reduce((a, b) => a + b) / values.length;
  return { mean, deviation: Math.sqrt(variance), most: Math.max(...values), least: Math.min(...values) };
}

function numbers() {
  let total = sieve(6000).length;
  const matrix = Array.from({ length: 12 * 12 }, (_, i) => Math.sin(i) * 10);
  total += multiply(matrix, matrix, 12)[5];
  total += checksum(Uint8Array.from({ length: 400 }, (_, i) => (i * 7) & 255));
  total += mandelbrot(16, 40);
  for (let i = 1; i < 300; i++)
    total += greatestDivisor(i * 12, 840) + Math.floor(i / 3) + Math.round(Math.sqrt(i));
  total += statistics(Array.from({ length: 120 }, (_, i) => (i * 37) % 101)).deviation;
  let big = 1n;
  for (let i = 1n; i < 30n; i++) big = (big * i) % 1000000007n;
  total += Number(big) + String(3n ** 150n).length + Number(((7n ** 90n * big) % (10n ** 40n + 7n)) >> 100n);
  for (let i = 0; i < 60; i++) {
    total += parseInt(String(i * 997), 10) + Number.parseFloat((i / 3).toFixed(3));
    total += Number(`${i}.5`) + (i * 255).toString(16).length + (i % 7 ? -i : +i);
  }
  let counter = 0;
  do counter += counter & 3 ? 2 : 1;
  while (counter < 1500);
  return total + counter;
}

for (let round = 0; round < 30; round++) numbers();
