#pragma once

#include <torch/distributions/constraints/constraint.h>

#include <functional>
#include <vector>

namespace torch::distributions::core {
struct Seam;
}  // namespace torch::distributions::core

namespace torch::distributions::constraints {

/// Constraints on the parts of a value, which lie side by side along the dimension `dim`: `Cat` and
/// `Stack`.
///
/// An event has as many dimensions as the constraint that needs most; one that needs fewer must
/// hold throughout the event. If `dim` is a dimension of the event, an event is in the set if all
/// of its parts are, otherwise each part has events of its own.
class TORCH_DISTRIBUTIONS_API Joint : public Constraint {
 public:
  const std::vector<ConstraintPtr>& cseq() const& noexcept { return cseq_; }
  std::vector<ConstraintPtr> cseq() && { return cseq_; }
  int64_t dim() const noexcept { return dim_; }

  bool is_discrete() const override;
  int64_t event_dim() const override;
  /// \throws c10::ValueError if `value` has no dimension `dim`, or has another size there.
  Tensor check(const Tensor& value) const override;
  std::optional<int64_t> first_violation(const Tensor& value) const override;
  /// If `dim` is not in `shape`, the result has as many more dimensions.
  std::optional<Tensor> interior_point(IntArrayRef shape,
                                       const TensorOptions& options) const override;
  void print(std::ostream& out) const override;

 protected:
  /// Returns the lengths of the parts of a value that has `dims` dimensions. They depend on `dims`
  /// if `dim` counts from the left: it is then a batch dimension of some values, and a dimension of
  /// the event of others.
  using LengthsOf = std::function<std::vector<int64_t>(int64_t dims)>;

  Joint(const char* class_name, bool stacks, std::vector<ConstraintPtr> cseq, int64_t dim,
        std::vector<int64_t> lengths, LengthsOf lengths_of = nullptr);

  const std::vector<int64_t>& lengths_of_parts() const noexcept { return lengths_; }

 private:
  std::vector<int64_t> lengths_of(int64_t dims) const;
  core::Seam seam(std::vector<int64_t> lengths) const;

  const char* class_name_;
  bool stacks_;
  std::vector<ConstraintPtr> cseq_;
  int64_t dim_;
  std::vector<int64_t> lengths_;
  LengthsOf lengths_of_;
};

/// Values whose parts, joined by `at::cat`, are each in a set of `cseq`.
class TORCH_DISTRIBUTIONS_API Cat final : public Joint {
 public:
  /// \param dim The dimension along which the parts lie; a negative one counts from the right. For
  ///     another one, the number of dimensions of a value says whether it is one of the event.
  /// \param lengths The sizes of the parts along `dim`; by default all 1.
  /// \param lengths_of If given, it is called for the lengths of each value, instead of `lengths`.
  /// \throws c10::ValueError if `cseq` is empty, or `lengths` has another number of elements or a
  ///     negative one.
  explicit Cat(std::vector<ConstraintPtr> cseq, int64_t dim = 0, std::vector<int64_t> lengths = {},
               LengthsOf lengths_of = nullptr)
      : Joint("Cat", /*stacks=*/false, std::move(cseq), dim, std::move(lengths),
              std::move(lengths_of)) {}

  const std::vector<int64_t>& lengths() const& noexcept { return lengths_of_parts(); }
  std::vector<int64_t> lengths() && { return lengths_of_parts(); }
};

/// Values whose parts, joined by `at::stack`, are each in a set of `cseq`.
class TORCH_DISTRIBUTIONS_API Stack final : public Joint {
 public:
  /// \param dim The dimension along which the parts lie. A negative one counts from the right, and
  ///     may be a dimension of the event. Another one must be a batch dimension.
  /// \throws c10::ValueError if `cseq` is empty.
  explicit Stack(std::vector<ConstraintPtr> cseq, int64_t dim = 0)
      : Joint("Stack", /*stacks=*/true, std::move(cseq), dim, {}) {}
};

inline Cat cat(std::vector<ConstraintPtr> cseq, int64_t dim = 0,
               std::vector<int64_t> lengths = {}) {
  return Cat(std::move(cseq), dim, std::move(lengths));
}
inline Stack stack(std::vector<ConstraintPtr> cseq, int64_t dim = 0) {
  return Stack(std::move(cseq), dim);
}

}  // namespace torch::distributions::constraints
