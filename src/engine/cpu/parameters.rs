//! The flat buffer of parameters, and that of their gradients, as layers see them.

use super::layers::{LayerNorm, Linear, Mlp, MlpGradients, RowDropout};
use super::simd::rows::transpose;
use crate::model::parameters::Parameter::{self, *};
use crate::model::{Layout, Places};

/// Parameters, or their transposed matrices, at the places of a layout.
#[derive(Clone, Copy)]
pub struct Parameters<'a> {
    pub layout: Layout,
    places: Places,
    values: &'a [f32],
}

impl<'a> Parameters<'a> {
    pub fn new(layout: Layout, values: &'a [f32]) -> Self {
        Self {
            layout,
            places: layout.places(),
            values,
        }
    }

    pub fn of(&self, parameter: Parameter, block: usize) -> &'a [f32] {
        &self.values[self.places.of(parameter, block)]
    }

    pub fn linear(&self, [weight, bias]: [Parameter; 2], block: usize) -> Linear<'a> {
        Linear {
            weight: self.of(weight, block),
            bias: self.of(bias, block),
        }
    }

    pub fn layer_norm(&self, [weight, bias]: [Parameter; 2], block: usize) -> LayerNorm<'a> {
        LayerNorm {
            weight: self.of(weight, block),
            bias: self.of(bias, block),
            eps: f32::from_bits(self.layout.eps_bits),
        }
    }

    pub fn mlp(&self, block: usize, dropout: RowDropout) -> Mlp<'a> {
        Mlp {
            weight1: self.of(Linear1Weight, block),
            bias1: self.of(Linear1Bias, block),
            weight2: self.of(Linear2Weight, block),
            bias2: self.of(Linear2Bias, block),
            activation: self.layout.activation,
            dropout,
        }
    }

    /// Writes the transposed of every matrix that a backward pass multiplies with, at its place.
    pub fn transpose_into(&self, transposed: &mut [f32]) {
        let Layout {
            width,
            hidden,
            classes,
            layers,
            ..
        } = self.layout;
        let mut write = |weight: Parameter, block: usize, outputs: usize| {
            let place = self.places.of(weight, block);
            transpose(&self.values[place.clone()], outputs, &mut transposed[place]);
        };
        for block in 0..layers {
            write(InProjWeight, block, 3 * width);
            write(OutProjWeight, block, width);
            write(Linear1Weight, block, hidden);
            write(Linear2Weight, block, width);
        }
        write(HeadWeight, 0, classes);
    }
}

/// The gradients of a batch, which backward passes add to.
pub struct Gradients<'a> {
    places: Places,
    values: &'a mut [f32],
}

impl<'a> Gradients<'a> {
    pub fn new(layout: Layout, values: &'a mut [f32]) -> Self {
        Self {
            places: layout.places(),
            values,
        }
    }

    /// The gradients of some parameters.
    pub fn of<const N: usize>(
        &mut self,
        parameters: [Parameter; N],
        block: usize,
    ) -> [&mut [f32]; N] {
        let places = parameters.map(|parameter| self.places.of(parameter, block));
        let parts = self.values.get_disjoint_mut(places);
        parts.expect("parameters lie side by side")
    }

    pub fn mlp(&mut self, block: usize) -> MlpGradients<'_> {
        let all = [Linear1Weight, Linear1Bias, Linear2Weight, Linear2Bias];
        let [weight1, bias1, weight2, bias2] = self.of(all, block);
        MlpGradients {
            weight1,
            bias1,
            weight2,
            bias2,
        }
    }
}
