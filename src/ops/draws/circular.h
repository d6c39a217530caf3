#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/FunctionRef.h>

/// Random angles.
namespace torch::distributions::ops {

using at::Tensor;

/// A source of uniform numbers in [0, 1): a tensor of new ones at each call.
using Uniforms = c10::function_ref<Tensor()>;

/// A draw of VonMises(0, concentration) in [-pi, pi] for each element of a tensor of doubles, by
/// D. J. Best and N. I. Fisher, "Efficient simulation of the von Mises distribution", 1979. It is
/// exact for every concentration from 0 to infinity.
///
/// Proposals follow a wrapped Cauchy distribution. For every concentration more than 0.65 of them
/// are accepted, so the number of rounds is limited. Each round takes three uniform numbers for
/// each element, along a new first dimension, as in Python.
Tensor sample_von_mises(const Tensor& concentration, Uniforms uniforms);

/// Adds `loc` to angles in [-pi, pi], which are overwritten, and rounds to angles in [-pi, pi] of
/// the same dtype.
Tensor turned(const Tensor& angles, const Tensor& loc);

/// The angle in [-pi, pi] that differs from x by a multiple of 2 pi.
Tensor wrapped_angle(const Tensor& x);

}  // namespace torch::distributions::ops
