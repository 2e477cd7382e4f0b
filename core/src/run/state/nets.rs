//! A network's tensors in a checkpoint, and back.

use std::collections::BTreeMap;

use burn::tensor::{Tensor, TensorData};

use crate::{
    Error, Result,
    device::read,
    net::Net,
    record::{Checkpoint, HostTensor},
};

async fn floats<const D: usize>(tensor: &Tensor<D>) -> Result<HostTensor> {
    Ok(HostTensor::F32 {
        shape: tensor.dims().to_vec(),
        data: read(tensor.clone()).await?,
    })
}

async fn bits(tensor: &Tensor<1>) -> Result<HostTensor> {
    let data = read(tensor.clone())
        .await?
        .into_iter()
        .map(|v| u8::from(v != 0.0))
        .collect();
    Ok(HostTensor::U8 {
        shape: tensor.dims().to_vec(),
        data,
    })
}

/// Stores all tensors of a net that training moves. `place` precedes their names: the role alone,
/// or more where a checkpoint holds the net twice.
pub(super) async fn store(
    net: &Net,
    place: &str,
    tensors: &mut BTreeMap<String, HostTensor>,
) -> Result<()> {
    // Under the authors' names, so that other tools can read a checkpoint.
    let mut parts = vec![("weight", &net.flat.weight), ("adam_v", &net.flat.v)];
    if net.has_average() {
        parts.push(("average", &net.flat.average));
    }
    for (part, flat) in parts {
        store_flat(net, &format!("{place}/{part}"), flat, tensors).await?;
    }
    tensors.insert(format!("{place}/adam_m"), floats(&net.flat.m).await?);
    tensors.insert(format!("{place}/mask"), bits(&net.mask).await?);
    tensors.insert(format!("{place}/ever"), bits(&net.ever).await?);
    for s in &net.spectral {
        let name = &net.params[s.param].name;
        tensors.insert(format!("{place}/spectral_u/{name}"), floats(&s.u).await?);
        tensors.insert(format!("{place}/spectral_v/{name}"), floats(&s.v).await?);
    }
    for (name, running) in net.norm_names.iter().zip(&net.running) {
        tensors.insert(format!("{place}/running/{name}"), floats(running).await?);
    }
    Ok(())
}

/// Stores values of a net's parameters, each under its name behind `part`.
pub(super) async fn store_flat(
    net: &Net,
    part: &str,
    flat: &Tensor<1>,
    tensors: &mut BTreeMap<String, HostTensor>,
) -> Result<()> {
    let values = read(flat.clone()).await?;
    for p in &net.params {
        let tensor = HostTensor::F32 {
            shape: p.shape.clone(),
            data: values[p.offset..p.offset + p.len()].to_vec(),
        };
        tensors.insert(format!("{part}/{}", p.name), tensor);
    }
    Ok(())
}

pub(super) fn load_flat(net: &Net, part: &str, checkpoint: &Checkpoint) -> Result<Tensor<1>> {
    let mut all = vec![0.0; net.len()];
    for p in &net.params {
        let values = values_of(checkpoint, &format!("{part}/{}", p.name), p.len())?;
        all[p.offset..p.offset + p.len()].copy_from_slice(&values);
    }
    let n = all.len();
    Ok(Tensor::from_data(TensorData::new(all, [n]), net.device()))
}

fn values_of(checkpoint: &Checkpoint, name: &str, len: usize) -> Result<Vec<f32>> {
    let data: Vec<f32> = match checkpoint.tensors.get(name) {
        Some(HostTensor::F32 { data, .. }) => data.clone(),
        Some(HostTensor::U8 { data, .. }) => data.iter().map(|&v| f32::from(v)).collect(),
        None => {
            return Err(Error::Record(format!(
                "the checkpoint lacks {name}; it belongs to another run"
            )));
        }
    };
    if data.len() == len {
        Ok(data)
    } else {
        let has = data.len();
        Err(Error::Record(format!(
            "the checkpoint's {name} has {has} values instead of {len}; it belongs to another run"
        )))
    }
}

/// Loads what [`store`] has stored under `place`.
pub(super) fn load(net: &mut Net, place: &str, checkpoint: &Checkpoint) -> Result<()> {
    let device = net.device().clone();
    let tensor = |name: &str, like: usize| -> Result<Tensor<1>> {
        let data = values_of(checkpoint, name, like)?;
        Ok(Tensor::from_data(TensorData::new(data, [like]), &device))
    };
    let (weight, v) = (
        load_flat(net, &format!("{place}/weight"), checkpoint)?,
        load_flat(net, &format!("{place}/adam_v"), checkpoint)?,
    );
    let average = if net.has_average() {
        load_flat(net, &format!("{place}/average"), checkpoint)?
    } else {
        net.flat.average.clone()
    };
    let m = tensor(&format!("{place}/adam_m"), net.flat.m.dims()[0])?;
    let masked = net.masked_len();
    let bits = |name: &str| -> Result<Tensor<1>> {
        let data = values_of(checkpoint, name, masked)?;
        if !data.iter().all(|v| [0.0, 1.0].contains(v)) {
            return Err(Error::Record(format!(
                "the checkpoint's {name} has values other than 0 and 1; use another one of the run"
            )));
        }
        Ok(Tensor::from_data(TensorData::new(data, [masked]), &device))
    };
    let (mask, ever) = (
        bits(&format!("{place}/mask"))?,
        bits(&format!("{place}/ever"))?,
    );
    let mut vectors = Vec::new();
    for s in &net.spectral {
        let name = &net.params[s.param].name;
        let (nu, nv) = (s.u.dims()[0], s.v.dims()[0]);
        let u = tensor(&format!("{place}/spectral_u/{name}"), nu)?.reshape([nu, 1]);
        vectors.push((
            u,
            tensor(&format!("{place}/spectral_v/{name}"), nv)?.reshape([nv, 1]),
        ));
    }
    let mut running = Vec::new();
    for (name, old) in net.norm_names.iter().zip(&net.running) {
        let [two, c] = old.dims();
        running.push(tensor(&format!("{place}/running/{name}"), two * c)?.reshape([two, c]));
    }
    net.flat.weight = weight;
    net.flat.v = v;
    net.flat.m = m;
    net.flat.average = average;
    net.mask = mask;
    net.ever = ever;
    for (s, (u, v)) in net.spectral.iter_mut().zip(vectors) {
        s.u = u;
        s.v = v;
    }
    net.running = running;
    Ok(())
}
