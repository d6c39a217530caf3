#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

#include "random_calls/outcome.h"
#include "random_calls/values.h"

namespace torch::distributions::random_calls {

double epsilon_of(at::ScalarType dtype);

/// The numbers of a tensor, the first few of many.
std::string text_of(const Tensor& tensor);
std::string text_of(const std::vector<Tensor>& tensors);

/// A byte each of two tensors differs only where these do, in their bits.
bool same_bits(const Tensor& a, const Tensor& b);

/// Both have the same shape, NaN and infinities at the same places, and other numbers that differ
/// by at most `tolerance` of the larger one or of 1.
void require_close(const std::string& what, const Tensor& got, const Tensor& want,
                   double tolerance);

/// No number is NaN but where `excused` is true.
void require_no_nan(const std::string& what, const Tensor& tensor, const Tensor& excused = {});

/// Every element of a bool tensor is true.
bool everywhere(const Tensor& tensor);

}  // namespace torch::distributions::random_calls
