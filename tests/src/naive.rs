//! Layers by their definitions, in float64 and without regard for speed. Tests compare kernels with
//! these.

/// Sizes of a convolution: stride 1, padding `k / 2`. A linear layer has `h`, `w` and `k` 1.
#[derive(Clone, Copy, Debug)]
pub struct Conv {
    /// Images.
    pub n: usize,
    /// Input channels.
    pub c_in: usize,
    /// Output channels.
    pub c_out: usize,
    /// Height.
    pub h: usize,
    /// Width.
    pub w: usize,
    /// Kernel side, odd.
    pub k: usize,
}

impl Conv {
    /// Number of input values.
    pub fn inputs(&self) -> usize {
        self.n * self.c_in * self.h * self.w
    }

    /// Number of output values.
    pub fn outputs(&self) -> usize {
        self.n * self.c_out * self.h * self.w
    }

    /// Number of weight values.
    pub fn weights(&self) -> usize {
        self.c_out * self.c_in * self.k * self.k
    }

    /// Calls `visit(output, weight, input)` for every product in every output's sum.
    fn products(&self, mut visit: impl FnMut(usize, usize, usize)) {
        let Self {
            n,
            c_in,
            c_out,
            h,
            w,
            k,
        } = *self;
        let pad = k / 2;
        for (image, o, i) in triples(n, c_out, c_in) {
            for (ky, kx) in pairs(k, k) {
                let weight = ((o * c_in + i) * k + ky) * k + kx;
                for (y, x) in pairs(h, w) {
                    let (from_y, from_x) = (y + ky, x + kx);
                    let inside =
                        (pad..h + pad).contains(&from_y) && (pad..w + pad).contains(&from_x);
                    if inside {
                        let input = ((image * c_in + i) * h + from_y - pad) * w + from_x - pad;
                        visit(((image * c_out + o) * h + y) * w + x, weight, input);
                    }
                }
            }
        }
    }

    /// The output.
    pub fn forward(&self, x: &[f64], weight: &[f64], bias: &[f64]) -> Vec<f64> {
        let area = self.h * self.w;
        let mut out: Vec<f64> = (0..self.outputs())
            .map(|i| bias[i / area % self.c_out])
            .collect();
        self.products(|o, w, i| out[o] += weight[w] * x[i]);
        out
    }

    /// Gradient of the input.
    pub fn input_grad(&self, dy: &[f64], weight: &[f64]) -> Vec<f64> {
        let mut dx = vec![0.0; self.inputs()];
        self.products(|o, w, i| dx[i] += weight[w] * dy[o]);
        dx
    }

    /// Gradient of the weight, inactive positions included.
    pub fn weight_grad(&self, x: &[f64], dy: &[f64]) -> Vec<f64> {
        let mut dw = vec![0.0; self.weights()];
        self.products(|o, w, i| dw[w] += x[i] * dy[o]);
        dw
    }

    /// Gradient of the bias.
    pub fn bias_grad(&self, dy: &[f64]) -> Vec<f64> {
        let area = self.h * self.w;
        let mut db = vec![0.0; self.c_out];
        for (i, dy) in dy.iter().enumerate() {
            db[i / area % self.c_out] += dy;
        }
        db
    }
}

/// Batch norm over `n` images of `channels` maps with `area` pixels, followed by a leaky ReLU.
#[derive(Clone, Copy, Debug)]
pub struct Norm {
    /// Images.
    pub n: usize,
    /// Channels.
    pub channels: usize,
    /// Pixels of a map.
    pub area: usize,
    /// Added to the variance.
    pub eps: f64,
    /// Slope below zero: 1 is no activation, 0 is ReLU.
    pub slope: f64,
}

impl Norm {
    /// Number of input values.
    pub fn inputs(&self) -> usize {
        self.n * self.channels * self.area
    }

    fn channel(&self, i: usize) -> usize {
        i / self.area % self.channels
    }

    /// Means, then biased variances.
    pub fn stats(&self, x: &[f64]) -> Vec<f64> {
        let count = (self.n * self.area) as f64;
        let mut stats = vec![0.0; 2 * self.channels];
        for (i, x) in x.iter().enumerate() {
            stats[self.channel(i)] += x / count;
        }
        for (i, x) in x.iter().enumerate() {
            let c = self.channel(i);
            stats[self.channels + c] += (x - stats[c]).powi(2) / count;
        }
        stats
    }

    /// The normalised input.
    fn hat(&self, x: &[f64], stats: &[f64]) -> Vec<f64> {
        let hat = x.iter().enumerate().map(|(i, x)| {
            let c = self.channel(i);
            (x - stats[c]) / (stats[self.channels + c] + self.eps).sqrt()
        });
        hat.collect()
    }

    /// The output.
    pub fn forward(&self, x: &[f64], gamma: &[f64], beta: &[f64]) -> Vec<f64> {
        let hat = self.hat(x, &self.stats(x));
        let out = hat.iter().enumerate().map(|(i, hat)| {
            let c = self.channel(i);
            let z = hat * gamma[c] + beta[c];
            if z > 0.0 { z } else { z * self.slope }
        });
        out.collect()
    }

    /// Gradients of input, gamma and beta, including those through the statistics.
    pub fn gradients(&self, x: &[f64], gamma: &[f64], beta: &[f64], dy: &[f64]) -> [Vec<f64>; 3] {
        let stats = self.stats(x);
        let hat = self.hat(x, &stats);
        let count = (self.n * self.area) as f64;
        let (mut d_gamma, mut d_beta) = (vec![0.0; self.channels], vec![0.0; self.channels]);
        let mut dz = dy.to_vec();
        for (i, dz) in dz.iter_mut().enumerate() {
            let c = self.channel(i);
            if hat[i] * gamma[c] + beta[c] <= 0.0 {
                *dz *= self.slope;
            }
            d_beta[c] += *dz;
            d_gamma[c] += *dz * hat[i];
        }
        let dx = dz.iter().enumerate().map(|(i, dz)| {
            let c = self.channel(i);
            let scale = gamma[c] / (stats[self.channels + c] + self.eps).sqrt();
            scale * (dz - (d_beta[c] + hat[i] * d_gamma[c]) / count)
        });
        [dx.collect(), d_gamma, d_beta]
    }
}

/// Spectral norm of a weight `[rows, columns]`.
#[derive(Clone, Copy, Debug)]
pub struct Spectral {
    /// Output channels.
    pub rows: usize,
    /// Input channels times taps.
    pub columns: usize,
    /// Smallest length and smallest norm.
    pub eps: f64,
}

impl Spectral {
    fn unit(&self, vector: &[f64]) -> Vec<f64> {
        let length = vector.iter().map(|v| v * v).sum::<f64>().sqrt();
        vector.iter().map(|v| v / length.max(self.eps)).collect()
    }

    /// u and v after one power iteration.
    pub fn iterate(&self, w: &[f64], u: &[f64]) -> [Vec<f64>; 2] {
        let (mut right, mut left) = (vec![0.0; self.columns], vec![0.0; self.rows]);
        for (i, j) in pairs(self.rows, self.columns) {
            right[j] += w[i * self.columns + j] * u[i];
        }
        let v = self.unit(&right);
        for (i, j) in pairs(self.rows, self.columns) {
            left[i] += w[i * self.columns + j] * v[j];
        }
        [self.unit(&left), v]
    }

    /// `u^T w v`, or eps where that is nearer to 0.
    fn sigma(&self, w: &[f64], u: &[f64], v: &[f64]) -> f64 {
        let terms = pairs(self.rows, self.columns).zip(w);
        let sum: f64 = terms.map(|((i, j), w)| u[i] * w * v[j]).sum();
        if sum.abs() < self.eps { self.eps } else { sum }
    }

    /// The weight divided by its norm.
    pub fn forward(&self, w: &[f64], u: &[f64], v: &[f64]) -> Vec<f64> {
        let sigma = self.sigma(w, u, v);
        w.iter().map(|w| w / sigma).collect()
    }

    /// Gradient of the weight; u and v are constants.
    pub fn gradient(&self, w: &[f64], u: &[f64], v: &[f64], dy: &[f64]) -> Vec<f64> {
        let sigma = self.sigma(w, u, v);
        let along: f64 = w.iter().zip(dy).map(|(w, dy)| w * dy).sum();
        let pull = if sigma.abs() > self.eps {
            along / sigma
        } else {
            0.0
        };
        let places = pairs(self.rows, self.columns).zip(dy);
        places
            .map(|((i, j), dy)| (dy - u[i] * v[j] * pull) / sigma)
            .collect()
    }
}

/// Repeats every pixel of `planes` maps `[h, w]` twice in both directions.
pub fn upsample2(x: &[f64], planes: usize, h: usize, w: usize) -> Vec<f64> {
    triples(planes, 2 * h, 2 * w)
        .map(|(plane, y, at)| x[(plane * h + y / 2) * w + at / 2])
        .collect()
}

/// Means of the whole 2x2 blocks of `planes` maps `[h, w]`.
pub fn mean_pool2(x: &[f64], planes: usize, h: usize, w: usize) -> Vec<f64> {
    let pixel = |plane: usize, y: usize, at: usize| x[(plane * h + y) * w + at];
    triples(planes, h / 2, w / 2)
        .map(|(plane, y, at)| {
            let block = pairs(2, 2).map(|(dy, dx)| pixel(plane, 2 * y + dy, 2 * at + dx));
            block.sum::<f64>() / 4.0
        })
        .collect()
}

/// Float32 values as float64.
pub fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&v| f64::from(v)).collect()
}

/// All pairs below these bounds, row by row.
pub fn pairs(a: usize, b: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..a).flat_map(move |i| (0..b).map(move |j| (i, j)))
}

/// All triples below these bounds, row by row.
pub fn triples(a: usize, b: usize, c: usize) -> impl Iterator<Item = (usize, usize, usize)> {
    pairs(a, b).flat_map(move |(i, j)| (0..c).map(move |k| (i, j, k)))
}
