#include <torch/distributions/student_t.h>

#include <typeinfo>

#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/real.h>

#include "core/drawable.h"
#include "core/origin.h"
#include "core/scalar_family.h"
#include "ops/draws/gamma.h"
#include "ops/draws/noise.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/student_t.h"

namespace torch::distributions {

template class core::ScalarFamily<StudentT>;

const Signature<StudentT>& StudentT::signature() {
  static const Signature<StudentT> s{
      .name = "StudentT",
      .fields = {{"df", &StudentT::df_, constraints::positive},
                 {"loc", &StudentT::loc_, constraints::real},
                 {"scale", &StudentT::scale_, constraints::positive}},
      .support = constraints::real,
      .has_rsample = true,
      .formulas = {ops::formula<StudentT, ops::formulas::StudentT>(&StudentT::df_, &StudentT::loc_,
                                                                   &StudentT::scale_)}};
  return s;
}

StudentT::StudentT(Param df, Param loc, Param scale, Validate validate_args)
    : ScalarFamily(validate_args) {
  initialize(df, loc, scale);
}

Tensor StudentT::do_rsample(IntArrayRef shape, std::optional<Generator> generator) const {
  const auto dtype = at::promote_types(df_.scalar_type(),
                                       at::promote_types(loc_.scalar_type(), scale_.scalar_type()));
  // Gradients far out would overflow in half precision; they are added in double.
  const Tensor df = ops::expanded(df_.to(at::kDouble), shape);
  const Tensor draws = ops::sample_student_t(df, dtype, std::move(generator));
  return with_nan(
      (loc_ + scale_ * draws).to(dtype),
      undrawable(validates(), {{df_, constraints::positive}, {scale_, constraints::nonnegative}}));
}

std::pair<Tensor, Tensor> StudentT::do_rsample_with_log_prob(
    IntArrayRef shape, std::optional<Generator> generator) const {
  if (typeid(*this) != typeid(StudentT))  // a derived class may have another density
    return ScalarFamily::do_rsample_with_log_prob(shape, std::move(generator));
  StudentT centred(*this);
  centred.loc_ = core::origin(loc_);
  const auto [deviation, log_prob] =
      centred.ScalarFamily::do_rsample_with_log_prob(shape, std::move(generator));
  return {core::moved(deviation, loc_), log_prob};
}

}  // namespace torch::distributions
