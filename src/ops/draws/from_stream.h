#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <c10/util/accumulate.h>

#include <cstdint>
#include <optional>

#include "core/raise.h"
#include "ops/random/generator.h"
#include "ops/tensor/plain.h"

namespace torch::distributions::ops {

/// Takes one draw of this many elements from the Philox stream behind a generator, if there is one.
/// Samplers take it for no elements, too, so that programs with different numbers of rows stay in
/// step.
/// \throws c10::NotImplementedError within a function transform, which hides the memory of tensors.
inline std::optional<random::Draw> draw_of_stream(const std::optional<at::Generator>& generator,
                                                  std::int64_t elements) {
  TORCH_DISTRIBUTIONS_CHECK(NotImplementedError,
                            !random::stream_behind(generator) || is_unobserved(),
                            "a Philox stream makes no draws within a function transform");
  return random::next_draw(generator, elements);
}

/// A new tensor that a function of ops/random fills with one draw of a Philox stream. Undefined if
/// the generator is not a Philox stream.
template <class Fill, class... Parameters>
at::Tensor drawn_from_stream(const std::optional<at::Generator>& generator, at::IntArrayRef shape,
                             const at::TensorOptions& options, const Fill& fill,
                             const Parameters&... parameters) {
  const auto draw = draw_of_stream(generator, c10::multiply_integers(shape));
  if (!draw) return {};
  at::Tensor draws = at::empty(shape, options);
  fill(draws, *draw, parameters...);
  return draws;
}

}  // namespace torch::distributions::ops
