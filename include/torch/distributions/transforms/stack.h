#pragma once

#include <torch/distributions/core/joint_transform.h>

namespace torch::distributions {
inline namespace transforms {

/// Transforms of the parts of a value that `at::stack` joins along `dim`:
/// \f[ y = \mathrm{stack}(f_1(x_1), \ldots, f_n(x_n)) \quad \text{for} \quad
///     x = \mathrm{stack}(x_1, \ldots, x_n). \f]
/// The size of x along `dim` is n. The transformed parts broadcast. \f$\log |\det J|\f$ is the
/// stack of the parts', or their sum if `dim` is a dimension of the event.
///
/// `StackTransform({ExpTransform(), AffineTransform(0, 2)}, -1)` transforms the first and the
/// second element of every vector. Its events are numbers, since each element has a Jacobian of its
/// own.
///
/// A value without the dimension `dim`, or of another size there, is a c10::ValueError, and so are
/// transformed parts that do not broadcast.
class TORCH_DISTRIBUTIONS_API StackTransform final
    : public ImplementsTransform<StackTransform, core::JointTransform> {
 public:
  /// \param dim The dimension along which the parts lie. A negative one counts from the right, and
  ///     may be a dimension of the event. Another one must be a batch dimension.
  /// \param cache_size The cache size of the whole and of every part; 0 leaves the parts unchanged.
  /// \throws c10::ValueError if `transforms` is empty, or if they add different numbers of event
  ///     dimensions.
  explicit StackTransform(std::vector<TransformPtr> transforms, int64_t dim = 0,
                          int64_t cache_size = 0);

  ConstraintPtr domain() const override;
  ConstraintPtr codomain() const override;
};

}  // namespace transforms
}  // namespace torch::distributions
