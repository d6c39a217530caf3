#include <torch/distributions/fisher_snedecor.h>

#include <torch/distributions/constraints/interval.h>

#include "core/drawable.h"
#include "core/scalar_family.h"
#include "ops/draws/gamma.h"
#include "ops/draws/noise.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/fisher_snedecor.h"

namespace torch::distributions {

template class core::ScalarFamily<FisherSnedecor>;

const Signature<FisherSnedecor>& FisherSnedecor::signature() {
  static const Signature<FisherSnedecor> s{
      .name = "FisherSnedecor",
      .fields = {{"df1", &FisherSnedecor::df1_, constraints::positive},
                 {"df2", &FisherSnedecor::df2_, constraints::positive}},
      .support = constraints::positive,
      .has_rsample = true,
      .formulas = {ops::formula<FisherSnedecor, ops::formulas::FisherSnedecor>(
          &FisherSnedecor::df1_, &FisherSnedecor::df2_)}};
  return s;
}

FisherSnedecor::FisherSnedecor(Param df1, Param df2, Validate validate_args)
    : ScalarFamily(validate_args) {
  initialize(df1, df2);
}

Tensor FisherSnedecor::do_rsample(IntArrayRef shape, std::optional<Generator> generator) const {
  return with_nan(
      ops::sample_fisher_snedecor(ops::expanded(df1_, shape), ops::expanded(df2_, shape),
                                  std::move(generator)),
      undrawable(validates(), {{df1_, constraints::positive}, {df2_, constraints::positive}}));
}

}  // namespace torch::distributions
