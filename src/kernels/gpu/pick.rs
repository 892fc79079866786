//! Batches from images that the device keeps.

use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Backend, Dispatch, backend_extension};
use burn::tensor::{DType, Int, Tensor, TensorData};
use burn_wgpu::{CubeBackend, CubeTensor, into_contiguous};

use super::Picture;
use super::launch::{empty, launch, tensor};
use super::shader::Variant;

#[backend_extension(Cube)]
pub trait GpuData: Backend {
    fn pick(
        pixels: IntTensor<Self>,
        picks: IntTensor<Self>,
        changes: FloatTensor<Self>,
        picture: Picture,
    ) -> FloatTensor<Self>;
}

/// The picked images, changed and normalised: `[batch, 1, side, side]`.
///
/// # Shapes
/// - pixels: of image after image, 0 to 255, four to a number
/// - changes: 64 numbers for each picked image, as `pick.wgsl` describes
pub fn pick(
    pixels: Tensor<1, Int>,
    picks: &[u32],
    changes: Vec<f32>,
    picture: Picture,
) -> Tensor<4> {
    let device = pixels.device();
    let words: Vec<i32> = picks.iter().map(|&pick| pick as i32).collect();
    let picks = TensorData::new(words, [picks.len()]);
    let picks = Tensor::<1, Int>::from_data(picks, (&device, DType::I32));
    let count = changes.len();
    let changes = Tensor::<1>::from_data(TensorData::new(changes, [count]), &device);
    Tensor::from_dispatch(Dispatch::pick(
        pixels.into_dispatch(),
        picks.into_dispatch(),
        changes.into_dispatch(),
        picture,
    ))
}

impl GpuData for CubeBackend {
    fn pick(
        pixels: CubeTensor,
        picks: CubeTensor,
        changes: CubeTensor,
        picture: Picture,
    ) -> CubeTensor {
        let [pixels, picks, changes] = [pixels, picks, changes].map(into_contiguous);
        let Picture { side, .. } = picture;
        let batch = picks.meta.num_elements();
        let [moved, images] = [0; 2].map(|_| empty(&changes.client, batch * side * side));
        let variant = Variant::picking(picture);
        let buffers = [
            &pixels.handle,
            &picks.handle,
            &changes.handle,
            &moved,
            &images,
        ];
        // A workgroup for each image.
        launch(
            &changes.client,
            variant,
            [batch * variant.group(), 1],
            &buffers,
        );
        tensor(&changes, images, [batch, 1, side, side])
    }
}
