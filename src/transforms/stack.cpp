#include <torch/distributions/transforms/stack.h>

#include <torch/distributions/constraints/joint.h>

namespace torch::distributions {
inline namespace transforms {

StackTransform::StackTransform(std::vector<TransformPtr> transforms, int64_t dim,
                               int64_t cache_size)
    : ImplementsTransform("StackTransform", /*stacks=*/true, std::move(transforms), dim,
                          std::vector<int64_t>(), cache_size) {}

ConstraintPtr StackTransform::domain() const { return constraints::stack(domains(), dim()); }

ConstraintPtr StackTransform::codomain() const {
  return constraints::stack(codomains(), dim_of_y());
}

}  // namespace transforms
}  // namespace torch::distributions
