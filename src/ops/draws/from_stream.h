#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <optional>

#include "ops/random/generator.h"
#include "ops/tensor/plain.h"

namespace torch::distributions::ops {

/// Takes one draw from the Philox stream behind a generator, if there is one.
/// \throws c10::NotImplementedError within a function transform, which hides the memory of tensors.
inline std::optional<random::Draw> draw_of_stream(const std::optional<at::Generator>& generator) {
  TORCH_CHECK_NOT_IMPLEMENTED(!random::stream_behind(generator) || is_unobserved(),
                              "a Philox stream makes no draws within a function transform");
  return random::next_draw(generator);
}

/// A new tensor that a function of ops/random fills with one draw of a Philox stream. Undefined if
/// the generator is not a Philox stream.
template <class Fill, class... Parameters>
at::Tensor drawn_from_stream(const std::optional<at::Generator>& generator, at::IntArrayRef shape,
                             const at::TensorOptions& options, const Fill& fill,
                             const Parameters&... parameters) {
  const auto draw = draw_of_stream(generator);
  if (!draw) return {};
  at::Tensor draws = at::empty(shape, options);
  fill(draws, *draw, parameters...);
  return draws;
}

}  // namespace torch::distributions::ops
