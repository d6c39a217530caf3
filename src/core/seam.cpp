#include "core/seam.h"

#include <ATen/ExpandUtils.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/stack.h>

#include <limits>
#include <numeric>
#include <utility>

#include "core/raise.h"
#include "core/shape.h"

namespace torch::distributions::core {
namespace {

/// The position of an axis in a shape of `dims` dimensions.
std::ptrdiff_t position(std::size_t dims, int64_t axis) {
  return static_cast<std::ptrdiff_t>(dims) + axis;
}

void require_size(const Seam& seam, const char* what, IntArrayRef shape, int64_t axis) {
  const int64_t size = shape[static_cast<std::size_t>(position(shape.size(), axis))];
  TORCH_DISTRIBUTIONS_CHECK(ValueError, size == seam.total(), seam.class_name, ": expected ", what,
                            " to have the size ", seam.total(), " in dimension ", axis,
                            seam.stacks ? ", one for each part" : ", the sum of `lengths`",
                            ", got ", size, " in the shape ", repr(shape));
}

}  // namespace

std::vector<int64_t> Seam::checked_lengths(const char* class_name, const char* argument,
                                           std::size_t parts, int64_t dim,
                                           std::vector<int64_t> given) {
  constexpr int64_t kMostDims = 64;  // most operations of LibTorch take no more
  TORCH_DISTRIBUTIONS_CHECK(ValueError, parts > 0, class_name, ": `", argument, "` is empty");
  TORCH_DISTRIBUTIONS_CHECK(ValueError, -kMostDims <= dim && dim < kMostDims, class_name,
                            ": `dim` must be >= ", -kMostDims, " and < ", kMostDims, ", got ", dim);
  if (given.empty()) return std::vector<int64_t>(parts, 1);
  TORCH_DISTRIBUTIONS_CHECK(ValueError, given.size() == parts, class_name, ": expected ", parts,
                            " `lengths`, one for each of `", argument, "`, got ", given.size());
  int64_t total = 0;
  for (const int64_t length : given) {
    TORCH_DISTRIBUTIONS_CHECK(
        ValueError, length >= 0 && length <= std::numeric_limits<int64_t>::max() - total,
        class_name, ": `lengths` must be >= 0 and have a sum below 2^63, got ", IntArrayRef(given));
    total += length;
  }
  return given;
}

int64_t Seam::total() const { return std::accumulate(lengths.begin(), lengths.end(), int64_t{0}); }

int64_t Seam::axis(const char* what, int64_t dims) const {
  const auto dimensions = [](int64_t n) { return n == 1 ? " dimension" : " dimensions"; };
  TORCH_DISTRIBUTIONS_CHECK(ValueError, dims >= least_dims(), class_name, ": expected ", what,
                            " to have at least ", least_dims(), dimensions(least_dims()), ", got ",
                            dims);
  TORCH_DISTRIBUTIONS_CHECK(ValueError, -dims <= dim && dim < dims, class_name, ": `dim` is ", dim,
                            ", but ", what, " has ", dims, dimensions(dims));
  return dim < 0 ? dim : dim - dims;
}

void Seam::require_known_events(const char* what, int64_t axis) const {
  TORCH_DISTRIBUTIONS_CHECK(ValueError, !stacks || dim < 0 || !is_in_event(axis), class_name,
                            ": dimension ", dim, " of ", what,
                            " is a dimension of its events, so it must be counted from the "
                            "right: `dim` must be ",
                            axis);
}

std::vector<Tensor> Seam::split(const char* what, const Tensor& whole, int64_t axis) const {
  require_size(*this, what, whole.sizes(), axis);
  std::vector<Tensor> parts;
  parts.reserve(lengths.size());
  int64_t start = 0;
  for (const int64_t length : lengths) {
    parts.push_back(stacks ? whole.select(axis, start) : whole.narrow(axis, start, length));
    start += length;
  }
  return parts;
}

std::vector<std::vector<int64_t>> Seam::split(const char* what, IntArrayRef shape,
                                              int64_t axis) const {
  require_sizes(class_name, "a shape", shape);
  require_size(*this, what, shape, axis);
  std::vector<std::vector<int64_t>> parts;
  parts.reserve(lengths.size());
  for (const int64_t length : lengths) {
    std::vector<int64_t> part = shape.vec();
    const auto at = part.begin() + position(part.size(), axis);
    if (stacks) {
      part.erase(at);
    } else {
      *at = length;
    }
    parts.push_back(std::move(part));
  }
  return parts;
}

std::vector<int64_t> Seam::join(const char* what, const std::vector<std::vector<int64_t>>& shapes,
                                int64_t axis) const {
  at::DimVector whole;
  int64_t size = 0;
  for (const std::vector<int64_t>& shape : shapes) {
    at::DimVector others(shape);
    bool fits = position(shape.size(), axis) >= (stacks ? -1 : 0);
    if (fits && !stacks) {
      const auto at = others.begin() + position(others.size(), axis);
      size += std::exchange(*at, 1);
    }
    fits = fits && at::are_expandable(whole, others);
    TORCH_DISTRIBUTIONS_CHECK(ValueError, fits, class_name, ": the parts of ", what,
                              " do not fit together: their shapes include ",
                              repr(IntArrayRef(shapes.front())), " and ", repr(IntArrayRef(shape)));
    whole = at::infer_size_dimvector(whole, others);
  }
  if (stacks) {
    whole.insert(whole.begin() + position(whole.size() + 1, axis),
                 static_cast<int64_t>(shapes.size()));
  } else {
    whole[static_cast<std::size_t>(position(whole.size(), axis))] = size;
  }
  return {whole.begin(), whole.end()};
}

Tensor Seam::join(const char* what, const std::vector<Tensor>& parts, int64_t axis) const {
  std::vector<std::vector<int64_t>> shapes;
  shapes.reserve(parts.size());
  for (const Tensor& part : parts) shapes.push_back(part.sizes().vec());
  const std::vector<int64_t> whole = join(what, shapes, axis);
  std::vector<Tensor> expanded;
  expanded.reserve(parts.size());
  for (const Tensor& part : parts) {
    std::vector<int64_t> shape = whole;
    const auto at = shape.begin() + position(shape.size(), axis);
    if (stacks) {
      shape.erase(at);
    } else {
      *at = part.size(axis);
    }
    expanded.push_back(part.sizes() == IntArrayRef(shape) ? part : part.expand(shape));
  }
  return stacks ? at::stack(expanded, axis) : at::cat(expanded, axis);
}

}  // namespace torch::distributions::core
