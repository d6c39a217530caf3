#pragma once

#include <torch/distributions/core/joint_transform.h>

namespace torch::distributions {
inline namespace transforms {

/// Transforms of the parts of a value that `at::cat` joins along `dim`:
/// \f[ y = \mathrm{cat}(f_1(x_1), \ldots, f_n(x_n)) \quad \text{for} \quad
///     x = \mathrm{cat}(x_1, \ldots, x_n). \f]
/// The size of x along `dim` is the sum of `lengths`, and \f$x_i\f$ has `lengths[i]` of it. The
/// other dimensions of the transformed parts broadcast. If `dim` is a dimension of the event,
/// \f$\log |\det J| = \sum_i \log |\det J_i|\f$. Otherwise it is joined of the parts', like y.
///
/// A transform may change the length of its part: `CatTransform({StickBreakingTransform(),
/// ExpTransform()}, -1, {2, 3})` maps vectors of 5 numbers to vectors of 6. If such a part has
/// events of several dimensions, `inv` takes their sizes to be equal.
///
/// A value without the dimension `dim`, or of another size there, is a c10::ValueError, and so are
/// transformed parts that do not broadcast.
class TORCH_DISTRIBUTIONS_API CatTransform final
    : public ImplementsTransform<CatTransform, core::JointTransform> {
 public:
  /// \param dim The dimension along which the parts lie; a negative one counts from the right. For
  ///     another one, the number of dimensions of a value says whether it is one of the event. Then
  ///     the parts of y may have other lengths than those of x.
  /// \param lengths The sizes of the parts of x along `dim`; by default all 1. To give those of y,
  ///     take the inverse of the `CatTransform` of the inverses.
  /// \param cache_size The cache size of the whole and of every part; 0 leaves the parts unchanged.
  /// \throws c10::ValueError if `transforms` is empty, if they add different numbers of event
  ///     dimensions, or if `lengths` has another number of elements or a negative one.
  explicit CatTransform(std::vector<TransformPtr> transforms, int64_t dim = 0,
                        std::vector<int64_t> lengths = {}, int64_t cache_size = 0);

  const std::vector<int64_t>& lengths() const& noexcept { return lengths_of_x(); }
  std::vector<int64_t> lengths() && { return lengths_of_x(); }

  ConstraintPtr domain() const override;
  ConstraintPtr codomain() const override;
};

}  // namespace transforms
}  // namespace torch::distributions
