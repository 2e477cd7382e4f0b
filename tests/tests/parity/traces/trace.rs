//! A trace file: initial state and batches.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use burn::tensor::Device;
use serde_json::Value;
use tightrope_core::{
    config::Role,
    data::{Dataset, ImageSet},
    device::Chosen,
    net::Net,
    record::HostTensor,
    run::{Run, Script},
};
use tightrope_tests::vectors::{Array, arrays, files, json, number};

/// One trace.
pub struct Trace {
    pub name: String,
    pub about: Value,
    arrays: BTreeMap<String, Array>,
}

impl Trace {
    /// All float32 traces in the vectors' folder.
    pub fn all() -> Vec<Self> {
        let traces: Vec<Self> = files("trace_", "json")
            .into_iter()
            .filter_map(Self::read)
            .collect();
        assert!(!traces.is_empty(), "no float32 trace");
        traces
    }

    fn read(path: PathBuf) -> Option<Self> {
        let about = json(&path);
        let dtype = about["dtype"].as_str().unwrap_or_default();
        dtype.ends_with("float32").then(|| Self {
            name: path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            arrays: arrays(&path.with_extension("safetensors")),
            about,
        })
    }

    pub fn find(&self, key: &str) -> Option<&Array> {
        self.arrays.get(key)
    }

    pub fn get(&self, key: &str) -> &Array {
        self.find(key)
            .unwrap_or_else(|| panic!("{} lacks {key}", self.name))
    }

    /// Names and arrays of the keys in a folder.
    pub fn folder(&self, folder: &str) -> impl Iterator<Item = (&str, &Array)> {
        self.arrays
            .iter()
            .filter_map(move |(key, array)| Some((key.strip_prefix(folder)?, array)))
    }

    pub fn iterations(&self) -> usize {
        number(&self.about["iters"]) as usize
    }

    pub fn critic_steps(&self) -> usize {
        self.get("input/z_d").shape[1]
    }

    /// The authors' tensor for one of our parameters. Spectral norm renames the weights it
    /// normalises.
    pub fn parameter(net: &Net, place: usize) -> String {
        let name = &net.params[place].name;
        if net.spectral.iter().any(|s| s.param == place) {
            format!("{name}_orig")
        } else {
            name.clone()
        }
    }

    /// A run at the start of the trace, prepared to receive its batches.
    pub async fn run(&self, device: &Device) -> Run {
        let config = self.config();
        let images = config.data.side * config.data.side * 3 * 64;
        let data = ImageSet::new("shapes", 3, config.data.side, vec![0; images], None)
            .map(Dataset::Images)
            .unwrap_or_else(|e| panic!("{e}"));
        let chosen = Chosen::new(device.clone(), "test", false);
        let mut run = Run::new(config, Arc::new(data), &chosen)
            .await
            .unwrap_or_else(|e| panic!("{}: {e}", self.name));
        let mut start = run.checkpoint().await.unwrap_or_else(|e| panic!("{e}"));
        for role in [Role::G, Role::D] {
            self.lay_in(&run.player(role).net, &mut start.tensors);
        }
        run.restore(&start)
            .await
            .unwrap_or_else(|e| panic!("{}: {e}", self.name));
        run.follow(self.script());
        run
    }

    /// Puts the trace's initial state of one net into a checkpoint's tensors.
    fn lay_in(&self, net: &Net, tensors: &mut BTreeMap<String, HostTensor>) {
        let role = net.role;
        let mut put = |key: String, values: Vec<f32>| {
            let old = tensors
                .get_mut(&key)
                .unwrap_or_else(|| panic!("a checkpoint has no {key}"));
            match old {
                HostTensor::F32 { data, .. } => {
                    assert_eq!(data.len(), values.len(), "{key}");
                    *data = values;
                }
                HostTensor::U8 { data, .. } => {
                    assert_eq!(data.len(), values.len(), "{key}");
                    *data = values.into_iter().map(|v| v as u8).collect();
                }
            }
        };
        for (place, param) in net.params.iter().enumerate() {
            let theirs = Self::parameter(net, place);
            let values = self.get(&format!("init/{role}/{theirs}")).floats();
            let average = self.find(&format!("init/ema/{theirs}"));
            let average = average.map_or_else(|| values.clone(), Array::floats);
            put(format!("{role}/weight/{}", param.name), values);
            if net.has_average() {
                put(format!("{role}/average/{}", param.name), average);
            }
        }
        let mask: Vec<f32> = net
            .maskable
            .iter()
            .flat_map(|&place| {
                let theirs = Self::parameter(net, place);
                let mask = self.find(&format!("init/mask/{role}/{theirs}"));
                mask.map_or_else(|| vec![1.0; net.params[place].len()], Array::floats)
            })
            .collect();
        put(format!("{role}/mask"), mask.clone());
        put(format!("{role}/ever"), mask);
        for s in &net.spectral {
            let name = &net.params[s.param].name;
            for side in ["u", "v"] {
                let values = self.get(&format!("init/{role}/{name}_{side}")).floats();
                put(format!("{role}/spectral_{side}/{name}"), values);
            }
        }
        for name in &net.norm_names {
            let buffer = |what: &str| self.get(&format!("init/{role}/{name}.{what}")).floats();
            let values = [buffer("running_mean"), buffer("running_var")].concat();
            put(format!("{role}/running/{name}"), values);
        }
    }

    fn script(&self) -> Script {
        let batches = |key: &str| -> Vec<Vec<f32>> {
            let array = self.get(key);
            (0..array.shape[0])
                .flat_map(|it| {
                    let row = array.row(it);
                    (0..row.shape[0]).map(move |critic| row.row(critic).floats())
                })
                .collect()
        };
        let z_g = self.get("input/z_g");
        Script {
            real: batches("input/real").into(),
            z_d: batches("input/z_d").into(),
            z_g: (0..z_g.shape[0]).map(|it| z_g.row(it).floats()).collect(),
        }
    }
}
