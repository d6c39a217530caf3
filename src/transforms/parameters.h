#pragma once

#include <cstddef>
#include <initializer_list>
#include <vector>

#include <torch/distributions/core/change.h>
#include <torch/distributions/core/param.h>

/// What element-wise transforms with parameters have in common.
namespace torch::distributions {
inline namespace transforms {

/// Whether the numbers are equal after broadcasting. A NaN equals a NaN. A tensor whose numbers
/// cannot be read, such as a meta tensor or one that vmap has batched, only equals itself.
bool equal(const Param& a, const Param& b);

/// A hash of a parameter that is the same for equal parameters.
std::size_t hash_of(const Param& param);

/// `shape` broadcast with the parameters: the shape of y for an x of this shape, and of x for a y.
/// \throws c10::ValueError naming the class if they do not broadcast.
std::vector<int64_t> broadcast_shape(const char* class_name, IntArrayRef shape,
                                     std::initializer_list<const Param*> params);
/// `shape` broadcast with the shape of a parameter.
std::vector<int64_t> broadcast_shape(const char* class_name, IntArrayRef shape, IntArrayRef param);

/// Applies `change` to the parameters that are tensors.
void change_tensors(const core::Change& change, std::initializer_list<Param*> params);

}  // namespace transforms
}  // namespace torch::distributions
