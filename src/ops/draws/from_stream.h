#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <optional>

#include "ops/random/generator.h"

namespace torch::distributions::ops {

/// A new tensor that a function of ops/random fills with one draw of a Philox stream. Undefined if
/// the generator is not a Philox stream.
template <class Fill, class... Parameters>
at::Tensor drawn_from_stream(const std::optional<at::Generator>& generator, at::IntArrayRef shape,
                             const at::TensorOptions& options, const Fill& fill,
                             const Parameters&... parameters) {
  const auto draw = random::next_draw(generator);
  if (!draw) return {};
  at::Tensor draws = at::empty(shape, options);
  fill(draws, *draw, parameters...);
  return draws;
}

}  // namespace torch::distributions::ops
