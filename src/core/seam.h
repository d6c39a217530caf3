#pragma once

#include <cstdint>
#include <vector>

#include <torch/distributions/core/param.h>

namespace torch::distributions::core {

/// How the parts of a value are joined: by `at::cat` or by `at::stack`.
///
/// An axis is the joined dimension counted from the right, so it is negative. `what` is the name of
/// the value in error messages.
struct Seam {
  const char* class_name;
  bool stacks;
  int64_t dim;        // the joined dimension, as the user gave it
  int64_t event_dim;  // the most event dimensions of a part
  std::vector<int64_t>
      lengths;  // the sizes of the parts along the axis; 1 each if they are stacked

  /// Lengths for `parts` parts: `given`, or 1 for each part if none is given.
  /// \throws c10::ValueError if there is no part, if `dim` is one that no tensor has, if the number
  ///     of lengths differs, or if one is negative.
  static std::vector<int64_t> checked_lengths(const char* class_name, const char* argument,
                                              std::size_t parts, int64_t dim,
                                              std::vector<int64_t> given);

  int64_t total() const;

  /// The number of dimensions that a value must have.
  int64_t least_dims() const { return event_dim + (stacks ? 1 : 0); }
  /// The axis of a value of `dims` dimensions.
  /// \throws c10::ValueError if the value has too few dimensions.
  int64_t axis(const char* what, int64_t dims) const;

  /// Whether the axis is a dimension of the events of the parts.
  bool is_in_event(int64_t axis) const { return axis + event_dim >= 0; }
  /// The number of event dimensions of the whole.
  int64_t whole_event_dim() const {
    return event_dim + (stacks && dim < 0 && is_in_event(dim) ? 1 : 0);
  }

  /// \throws c10::ValueError unless the size along the axis is that of all parts.
  std::vector<Tensor> split(const char* what, const Tensor& whole, int64_t axis) const;
  std::vector<std::vector<int64_t>> split(const char* what, IntArrayRef shape, int64_t axis) const;

  /// Joins the parts, after broadcasting their other dimensions.
  /// \throws c10::ValueError if these do not broadcast.
  Tensor join(const char* what, const std::vector<Tensor>& parts, int64_t axis) const;
  std::vector<int64_t> join(const char* what, const std::vector<std::vector<int64_t>>& shapes,
                            int64_t axis) const;

  /// Joins tensors that have one number for each event of a part. If the axis is in the event, the
  /// parts are reduced instead.
  template <class Reduce>
  Tensor join_events(const char* what, const std::vector<Tensor>& of_events, int64_t axis,
                     Reduce reduce) const {
    require_known_events(what, axis);
    if (!is_in_event(axis)) return join(what, of_events, axis + event_dim);
    Tensor reduced = of_events.front();
    for (std::size_t i = 1; i < of_events.size(); ++i) reduced = reduce(reduced, of_events[i]);
    return reduced;
  }

  /// \throws c10::ValueError if stacking has added a dimension to events of which `whole_event_dim`
  ///     does not know.
  void require_known_events(const char* what, int64_t axis) const;
};

}  // namespace torch::distributions::core
