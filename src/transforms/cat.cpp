#include <torch/distributions/transforms/cat.h>

#include <torch/distributions/constraints/joint.h>

namespace torch::distributions {
inline namespace transforms {

CatTransform::CatTransform(std::vector<TransformPtr> transforms, int64_t dim,
                           std::vector<int64_t> lengths, int64_t cache_size)
    : ImplementsTransform("CatTransform", /*stacks=*/false, std::move(transforms), dim,
                          std::move(lengths), cache_size) {}

ConstraintPtr CatTransform::domain() const { return constraints::cat(domains(), dim(), lengths()); }

ConstraintPtr CatTransform::codomain() const {
  if (dim() < 0) return constraints::cat(codomains(), dim_of_y(), lengths_of_y());
  return constraints::Cat(codomains(), dim(), lengths_of_y(), [transform = *this](int64_t dims) {
    return transform.lengths_of_y(dims);
  });
}

}  // namespace transforms
}  // namespace torch::distributions
