#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

#include "random_calls/outcome.h"
#include "random_calls/values.h"

namespace torch::distributions::random_calls {

double epsilon_of(at::ScalarType dtype);

/// The first elements of a tensor as text.
std::string text_of(const Tensor& tensor);
std::string text_of(const std::vector<Tensor>& tensors);

/// Whether two tensors have the same shape, dtype and bits.
bool same_bits(const Tensor& a, const Tensor& b);

/// Requires that both have the same shape, NaN and infinities at the same places, and that other
/// elements differ by at most `tolerance`, relative to `want` or absolute.
void require_close(const std::string& what, const Tensor& got, const Tensor& want,
                   double tolerance);

/// Requires that no element is NaN unless `excused` is true.
void require_no_nan(const std::string& what, const Tensor& tensor, const Tensor& excused = {});

/// Whether every element of a bool tensor is true.
bool everywhere(const Tensor& tensor);

}  // namespace torch::distributions::random_calls
