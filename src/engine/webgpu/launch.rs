//! Launching shaders through cubecl, which allocates buffers and submits.

use burn::cubecl::CubeCount;
use burn::cubecl::client::Client;
use burn::cubecl::prelude::KernelId;
use burn::cubecl::server::{Handle, KernelArguments};
use burn_wgpu::{CubeDim, CubeTensor, KernelSource, SourceKernel, SourceTemplate};

use super::limits::MOST_WORKGROUPS;
use super::shader::Variant;

/// Bytes of a float32 or a u32.
const WORD: usize = 4;

impl KernelSource for Variant {
    fn source(&self) -> SourceTemplate {
        SourceTemplate::new(Variant::source(self))
    }

    fn id(&self) -> KernelId {
        KernelId::new::<Self>().info(*self)
    }

    fn lang(&self) -> &'static str {
        "wgsl"
    }
}

/// Runs a shader on so many invocations, along one dimension, times so many segments along the
/// other. Buffers come in the order of its template.
pub fn launch(
    client: &Client,
    variant: Variant,
    [invocations, segments]: [usize; 2],
    buffers: &[&Handle],
) {
    let workgroups = invocations.div_ceil(variant.workgroup());
    assert!(
        workgroups <= MOST_WORKGROUPS,
        "{workgroups} workgroups of {variant:?}"
    );
    let kernel = SourceKernel::new(variant, CubeDim::new_1d(variant.workgroup() as u32));
    let bindings = buffers.iter().map(|&buffer| buffer.clone().binding());
    let arguments = KernelArguments::new().with_buffers(bindings.collect());
    let count = CubeCount::Static(workgroups as u32, segments as u32, 1);
    client.launch(Box::new(kernel), count, arguments);
}

/// A buffer of so many values, which hold anything.
pub fn empty(client: &Client, values: usize) -> Handle {
    client.empty(values.max(1) * WORD)
}

pub fn upload(client: &Client, words: &[u32]) -> Handle {
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    client.create_from_slice(&bytes)
}

/// The buffer from a value on, which must be a multiple of 64.
pub fn from(buffer: &Handle, value: usize) -> Handle {
    buffer.clone().offset_start((value * WORD) as u64)
}

/// A tensor of float32 like another, with this buffer and shape.
pub fn tensor<const D: usize>(like: &CubeTensor, buffer: Handle, shape: [usize; D]) -> CubeTensor {
    CubeTensor::new_contiguous(
        like.client.clone(),
        like.device.clone(),
        shape.into(),
        buffer,
        like.dtype,
    )
}
