//! Measurements over time, stored so that any stretch is drawn in a few hundred points without
//! losing a peak.

use tightrope_core::{event::Stats, history::History};

/// Points per smallest block, and blocks per block of the next level.
const FAN: usize = 4;

/// A recorded quantity with a timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Measure {
    /// Balance ratio over the window.
    Br,
    /// Latest sample of the balance ratio.
    BrSample,
    /// Density of the generator.
    DensityG,
    /// Density of the discriminator.
    DensityD,
    /// Generator loss.
    LossG,
    /// Discriminator loss.
    LossD,
    /// Ever-active share of the generator.
    ExplorationG,
    /// Ever-active share of the discriminator.
    ExplorationD,
}

impl Measure {
    /// All measures.
    pub const ALL: [Self; 8] = [
        Self::Br,
        Self::BrSample,
        Self::DensityG,
        Self::DensityD,
        Self::LossG,
        Self::LossD,
        Self::ExplorationG,
        Self::ExplorationD,
    ];

    /// Whether it jumps between recorded states, so that only a running mean shows its trend.
    pub fn is_noisy(self) -> bool {
        matches!(self, Self::Br | Self::BrSample | Self::LossG | Self::LossD)
    }

    /// Value in a recorded state; NaN if it was not measured.
    pub fn of(self, history: &History, stats: &Stats) -> f64 {
        match self {
            Self::Br => history.window_br(stats).unwrap_or(f64::NAN),
            Self::BrSample => stats.br.unwrap_or(f64::NAN),
            Self::DensityG => stats.density_g,
            Self::DensityD => stats.density_d,
            Self::LossG => f64::from(stats.g_loss),
            Self::LossD => f64::from(stats.d_loss),
            Self::ExplorationG => stats.exploration_g,
            Self::ExplorationD => stats.exploration_d,
        }
    }
}

/// All measures of one run, indexed like the `stats` of its history.
#[derive(Debug, Default)]
pub struct Traces {
    traces: [Trace; Measure::ALL.len()],
    rebuilt: u64,
}

impl Traces {
    /// Trace of one measure.
    pub fn of(&self, measure: Measure) -> &Trace {
        &self.traces[measure as usize]
    }

    /// How often they were built anew; what was made from them then is out of date.
    pub fn rebuilt(&self) -> u64 {
        self.rebuilt
    }

    /// Appends a recorded state.
    pub fn push(&mut self, history: &History, stats: &Stats) {
        for measure in Measure::ALL {
            self.traces[measure as usize].push(measure.of(history, stats));
        }
    }

    /// Rebuilds all traces from a history.
    pub fn rebuild(&mut self, history: &History) {
        *self = Self {
            rebuilt: self.rebuilt + 1,
            ..Self::default()
        };
        for stats in &history.stats {
            self.push(history, stats);
        }
    }
}

/// One measure over time, with the positions of the least and the greatest value of every block of
/// [`FAN`], `FAN`² ... points.
#[derive(Debug, Default)]
pub struct Trace {
    values: Vec<f64>,
    levels: Vec<Vec<Block>>,
}

/// Positions of the least and the greatest value of a block.
#[derive(Clone, Copy, Debug)]
struct Block {
    least: usize,
    greatest: usize,
}

impl Trace {
    /// Appends a value.
    pub fn push(&mut self, value: f64) {
        let mut index = self.values.len();
        self.values.push(value);
        let at = Block {
            least: index,
            greatest: index,
        };
        for level in 0.. {
            index /= FAN;
            if level == self.levels.len() {
                if index > 0 {
                    self.build_level();
                }
                return;
            }
            match self.levels[level].get(index).copied() {
                Some(block) => self.levels[level][index] = self.join(block, at),
                None => self.levels[level].push(at),
            }
        }
    }

    /// Builds the next coarser level from the existing ones.
    fn build_level(&mut self) {
        let finer: Vec<Block> = match self.levels.last() {
            Some(level) => level.clone(),
            None => (0..self.values.len())
                .map(|i| Block {
                    least: i,
                    greatest: i,
                })
                .collect(),
        };
        let joined = finer
            .chunks(FAN)
            .filter_map(|chunk| chunk.iter().copied().reduce(|a, b| self.join(a, b)));
        let level = joined.collect();
        self.levels.push(level);
    }

    fn join(&self, a: Block, b: Block) -> Block {
        // NaN gives way to any number.
        let pick = |a: usize, b: usize, better: fn(f64, f64) -> bool| {
            let (x, y) = (self.values[a], self.values[b]);
            if x.is_nan() || better(y, x) { b } else { a }
        };
        Block {
            least: pick(a.least, b.least, |y, x| y < x),
            greatest: pick(a.greatest, b.greatest, |y, x| y > x),
        }
    }

    /// All values.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Rising indices in `from..to` that look like the whole range on `pixels` columns, at most
    /// about `8 * pixels`.
    pub fn pick(&self, from: usize, to: usize, pixels: usize) -> Vec<usize> {
        let to = to.min(self.values.len());
        let from = from.min(to);
        let wanted = 2 * pixels.max(1);
        let mut size = 1;
        let mut level = 0;
        while (to - from) / size > wanted && level < self.levels.len() {
            size *= FAN;
            level += 1;
        }
        if level == 0 {
            return (from..to).collect();
        }
        // Whole blocks inside, single points at both ends.
        let (first, last) = (from.div_ceil(size), to / size);
        if first >= last {
            return (from..to).collect();
        }
        let mut picked: Vec<usize> = (from..first * size).collect();
        for block in &self.levels[level - 1][first..last] {
            let (low, high) = (
                block.least.min(block.greatest),
                block.least.max(block.greatest),
            );
            picked.push(low);
            if high != low {
                picked.push(high);
            }
        }
        picked.extend(last * size..to);
        picked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(values: impl IntoIterator<Item = f64>) -> Trace {
        let mut trace = Trace::default();
        values.into_iter().for_each(|v| trace.push(v));
        trace
    }

    #[test]
    fn every_column_keeps_its_least_and_greatest_value() {
        let n = 10_007;
        let value = |i: usize| ((i * 7919) % 1013) as f64 + if i == 5003 { 1e6 } else { 0.0 };
        let trace = trace((0..n).map(value));
        for (from, to, pixels) in [(0, n, 100), (17, 9001, 333), (4990, 5010, 2), (0, n, n)] {
            let picked = trace.pick(from, to, pixels);
            assert!(picked.is_sorted() && picked.iter().all(|i| (from..to).contains(i)));
            assert!(
                picked.len() <= (8 * pixels + 2 * FAN * FAN).min(to - from).max(20),
                "{} for {pixels}",
                picked.len()
            );
            let extremes = |indices: &mut dyn Iterator<Item = usize>| {
                indices.fold((f64::MAX, f64::MIN), |(low, high), i| {
                    (low.min(value(i)), high.max(value(i)))
                })
            };
            assert_eq!(
                extremes(&mut picked.iter().copied()),
                extremes(&mut (from..to))
            );
        }
    }

    #[test]
    fn what_is_not_a_number_hides_no_number() {
        let mut values = vec![f64::NAN; 1000];
        values[700] = 3.0;
        let trace = trace(values);
        assert!(trace.pick(0, 1000, 10).contains(&700));
    }

    #[test]
    fn nothing_is_drawn_from_nothing() {
        assert!(Trace::default().pick(0, 9, 100).is_empty());
        assert_eq!(trace([1.0]).pick(0, 9, 0), [0]);
    }
}
