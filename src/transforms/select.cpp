#include "transforms/select.h"

#include <ATen/ATen.h>
#include <c10/util/hash.h>

#include <ostream>

#include <torch/distributions/constraints/real.h>

#include "constraints/points.h"
#include "transforms/choose.h"
#include "transforms/parameters.h"

namespace torch::distributions {
inline namespace transforms {
namespace {

Tensor zero_beside(const Tensor& x) { return at::zeros({}, core::options_beside(x)); }

}  // namespace

ConstraintPtr SelectTransform::domain() const { return constraints::real; }

ConstraintPtr SelectTransform::codomain() const { return constraints::real; }

Tensor SelectTransform::sign() const { return choose(condition_, yes_->sign(), no_->sign()); }

std::vector<int64_t> SelectTransform::forward_shape(IntArrayRef shape) const {
  return broadcast_shape("SelectTransform", yes_->forward_shape(no_->forward_shape(shape)),
                         condition_.sizes());
}

std::vector<int64_t> SelectTransform::inverse_shape(IntArrayRef shape) const {
  return forward_shape(shape);
}

void SelectTransform::print(std::ostream& out) const {
  out << "SelectTransform(" << *yes_ << ", " << *no_ << ')';
}

Tensor SelectTransform::do_forward(const Tensor& x) const {
  return choose(condition_, yes_(choose(condition_, x, zero_beside(x))),
                no_(choose(condition_, zero_beside(x), x)));
}

Tensor SelectTransform::of_yes(const Tensor& y) const {
  return choose(condition_, y, yes_(zero_beside(y)));
}

Tensor SelectTransform::of_no(const Tensor& y) const {
  return choose(condition_, no_(zero_beside(y)), y);
}

Tensor SelectTransform::do_inverse(const Tensor& y) const {
  return choose(condition_, yes_->inv()(of_yes(y)), no_->inv()(of_no(y)));
}

Tensor SelectTransform::do_log_abs_det_jacobian(const Tensor& x, const Tensor& y) const {
  return choose(condition_, yes_->log_abs_det_jacobian(choose(condition_, x, zero_beside(x)), y),
                no_->log_abs_det_jacobian(choose(condition_, zero_beside(x), x), y));
}

Transform::Preimage SelectTransform::do_preimage(const Tensor& y, bool with_jacobian) const {
  const Preimage yes = yes_->preimage(of_yes(y), with_jacobian),
                 no = no_->preimage(of_no(y), with_jacobian);
  // What is outside of the transform that an element does not use does not matter.
  Tensor outside;
  if (yes.outside.defined() || no.outside.defined()) {
    const Tensor none = at::zeros_like(yes.outside.defined() ? yes.outside : no.outside);
    outside = choose(condition_, yes.outside.defined() ? yes.outside : none,
                     no.outside.defined() ? no.outside : none);
  }
  return {choose(condition_, yes.x, no.x),
          with_jacobian ? choose(condition_, yes.log_abs_det_jacobian, no.log_abs_det_jacobian)
                        : Tensor(),
          outside};
}

bool SelectTransform::do_equals(const Transform& other) const {
  const auto& select = static_cast<const SelectTransform&>(other);
  return equal(condition_, select.condition_) && *yes_ == *select.yes_ && *no_ == *select.no_;
}

std::size_t SelectTransform::do_hash() const {
  return c10::hash_combine(hash_value(*yes_), hash_value(*no_));
}

void SelectTransform::change(const core::Change& change) {
  condition_ = change(condition_, 0);
  yes_ = yes_->changed(change);
  no_ = no_->changed(change);
}

}  // namespace transforms
}  // namespace torch::distributions
