//! Inputs of the two players: real batches and fakes with their classes, augmented alike.

use burn::tensor::Tensor;

use super::{
    Run,
    feed::{Batch, latent, one_hot},
};
use crate::{
    augment::Augment,
    config::{CriticPass, Role},
    net::{Leaves, View},
    rng::Stream,
};

/// Inputs of fakes: z `[n, z_dim, 1, 1]` and, if the run learns them, one-hot classes
/// `[n, classes]`.
#[derive(Clone, Debug)]
pub(super) struct Latent {
    pub z: Tensor<4>,
    pub classes: Option<Tensor<2>>,
}

impl Run {
    /// Augmentation of this iteration's images: one draw for all of its batches, as ADAPT seeds it.
    pub(super) fn augment(&self, t: u64) -> Augment {
        let c = &self.config;
        let (_, side) = self.feed.shape();
        let mut stream = Stream::new(c.seed, &format!("augment.{t}"));
        Augment::draw(c.augment, c.batch_d.max(c.batch_g), side, &mut stream)
    }

    /// The next latent for D's or G's steps; its classes are uniform.
    pub(super) fn next_latent(&mut self, role: Role) -> Latent {
        let script = &mut self.feed.script;
        let (n, z, labels, script) = match role {
            Role::D => (
                self.config.batch_d,
                &mut self.streams.z_d,
                &mut self.streams.labels_d,
                &mut script.z_d,
            ),
            Role::G => (
                self.config.batch_g,
                &mut self.streams.z_g,
                &mut self.streams.labels_g,
                &mut script.z_g,
            ),
        };
        let z = latent(z, script.pop_front(), n, self.config.z_dim, &self.device);
        let classes = self.config.model.classes();
        let classes = (classes > 0).then(|| {
            let labels: Vec<usize> = (0..n).map(|_| labels.below(classes)).collect();
            one_hot(&labels, classes, &self.device)
        });
        Latent { z, classes }
    }

    /// G's augmented images of a latent, in the pass of `g`.
    pub(super) fn fakes(&mut self, g: &Leaves, latent: &Latent, augment: &Augment) -> Tensor<4> {
        let z = g.lift(latent.z.clone());
        let fakes = self
            .g
            .model
            .forward(&mut self.g.net, g, z, latent.classes.as_ref());
        augment.apply(fakes, g)
    }

    /// D's scores `[n]` of images in the pass of `d`.
    pub(super) fn scores_of(
        &mut self,
        d: &Leaves,
        images: Tensor<4>,
        classes: Option<&Tensor<2>>,
    ) -> Tensor<1> {
        let n = images.dims()[0];
        self.d
            .model
            .forward(&mut self.d.net, d, images, classes)
            .reshape([n])
    }

    /// The next real batch, augmented.
    pub(super) fn next_real(&mut self, augment: &Augment) -> Batch {
        let plain = self.g.net.leaves(View::Plain);
        let real = self.feed.batch(self.config.batch_d, &self.device);
        Batch {
            samples: augment.apply(real.samples, &plain),
            classes: real.classes,
        }
    }

    /// Held-out images, augmented like those of training.
    pub(super) fn held_out(&mut self, augment: &Augment) -> Batch {
        let plain = self.g.net.leaves(View::Plain);
        let held_out = self.feed.held_out(self.config.batch_d, &self.device);
        Batch {
            samples: augment.apply(held_out.samples, &plain),
            classes: held_out.classes,
        }
    }

    /// D's scores of a real batch and of new fakes, `[batch_d]` each, in one pass or in two by the
    /// settings.
    pub(super) fn critic_scores(
        &mut self,
        d: &Leaves,
        real: &Batch,
        augment: &Augment,
    ) -> [Tensor<1>; 2] {
        let g = self.g.net.leaves(View::Plain);
        let latent = self.next_latent(Role::D);
        let fakes = self.fakes(&g, &latent, augment);
        let samples = real.samples.clone();
        match self.config.critic_pass {
            CriticPass::Separate => {
                let (samples, fakes) = (d.lift(samples), d.lift(fakes));
                let real = self.scores_of(d, samples, real.classes.as_ref());
                [real, self.scores_of(d, fakes, latent.classes.as_ref())]
            }
            CriticPass::Joined => {
                let n = self.config.batch_d;
                let both = d.lift(Tensor::cat(vec![samples, fakes], 0));
                let classes = real.classes.clone().zip(latent.classes);
                let classes = classes.map(|(real, fake)| Tensor::cat(vec![real, fake], 0));
                let scores = self.scores_of(d, both, classes.as_ref());
                [0, 1].map(|part| scores.clone().narrow(0, part * n, n))
            }
        }
    }
}
