export const IMAGE_SIZE = 28;

/**
 * White on black as in MNIST, whatever the colours of the page.
 *
 * @param {HTMLCanvasElement} canvas 28 pixels wide and high
 * @param {ArrayLike<number> | undefined} values row by row; black where there are none
 * @param {number} most what is white
 */
export function paintPixels(canvas, values, most) {
  const pixels = new ImageData(IMAGE_SIZE, IMAGE_SIZE);
  for (let i = 0; i < IMAGE_SIZE * IMAGE_SIZE; i++) {
    pixels.data.fill(values ? (values[i] / most) * 255 : 0, 4 * i, 4 * i + 3);
    pixels.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d")?.putImageData(pixels, 0, 0);
}
