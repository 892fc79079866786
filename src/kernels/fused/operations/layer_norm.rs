//! Layer normalisation, of a residual sum too.

use super::{Backward, Forward, Memory, Operation, View, zeros};
use crate::kernels::cpu::LayerNorm;
use crate::kernels::cpu::layer_norm::{LayerNormGradients, Saved};

#[derive(Clone, Debug)]
pub struct LayerNormOperation {
    pub eps: f32,
}

impl LayerNormOperation {
    /// Scales come after the normalised values in what is saved.
    fn normalize(
        &self,
        x: View<'_>,
        residual: Option<&[f32]>,
        [gain, bias]: [View<'_>; 2],
        save: bool,
    ) -> Forward {
        let size = x.values.len();
        let mut values = Memory::of(size);
        let scales = size / gain.values.len();
        let mut saved = Memory::of(if save { size + scales } else { 0 });
        let parts = save.then(|| {
            let (normalized, scales) = saved.split_at_mut(size);
            Saved { normalized, scales }
        });
        let kernel = LayerNorm {
            gain: gain.values,
            bias: bias.values,
            eps: self.eps,
        };
        kernel.forward(x.values, residual, parts, &mut values);
        Forward {
            values,
            shape: x.shape.clone(),
            saved,
        }
    }

    fn gradients(&self, [gain, bias]: [View<'_>; 2], with: Backward<'_>) -> [Memory; 3] {
        let mut dx = Memory::of(with.output.len());
        let (mut dgain, mut dbias) = (zeros(gain), zeros(bias));
        let gradients = LayerNormGradients {
            x: &mut dx,
            gain: &mut dgain,
            bias: &mut dbias,
        };
        let kernel = LayerNorm {
            gain: gain.values,
            bias: bias.values,
            eps: self.eps,
        };
        let (normalized, scales) = with.saved.split_at(with.output.len());
        kernel.backward([normalized, scales], with.gradient, gradients);
        [dx, dgain, dbias]
    }
}

impl Operation<3> for LayerNormOperation {
    fn forward(&self, [x, gain, bias]: [View<'_>; 3], save: bool) -> Forward {
        self.normalize(x, None, [gain, bias], save)
    }

    fn backward(&self, [_, gain, bias]: [View<'_>; 3], with: Backward<'_>) -> [Memory; 3] {
        self.gradients([gain, bias], with)
    }
}

/// Inputs: x, what is added to it, gain, bias.
impl Operation<4> for LayerNormOperation {
    fn forward(&self, [x, residual, gain, bias]: [View<'_>; 4], save: bool) -> Forward {
        self.normalize(x, Some(residual.values), [gain, bias], save)
    }

    fn backward(&self, [_, _, gain, bias]: [View<'_>; 4], with: Backward<'_>) -> [Memory; 4] {
        let [dx, dgain, dbias] = self.gradients([gain, bias], with);
        [dx.clone(), dx, dgain, dbias]
    }
}
