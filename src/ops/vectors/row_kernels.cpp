#include "ops/vectors/row_kernels.h"

#include <algorithm>
#include <type_traits>

#include "ops/vectors/block.h"
#include "ops/vectors/category_kernels.h"
#include "ops/vectors/count_kernels.h"
#include "ops/vectors/log_sum_kernels.h"
#include "ops/vectors/relaxed_kernels.h"
#include "ops/vectors/softmax_kernels.h"

namespace torch::distributions::ops::engine {
namespace {

/// The blocks that a function reads, and whether its result is the second block or an index
/// (int64_t) for each row.
enum class Form : char { kOne, kTwo, kOneToIndex, kTwoToIndex };

template <class Function, class T, Form form>
void run(const Rows& rows) {
  constexpr int64_t kRows = Block<T>::kRows;
  Block<T> first(rows.columns), second(rows.columns);
  for (int64_t row = 0; row < rows.count; row += kRows) {
    const int64_t count = std::min(kRows, rows.count - row), offset = row * rows.columns;
    first.load(static_cast<const T*>(rows.inputs[0]) + offset, count);
    if constexpr (form == Form::kTwo || form == Form::kTwoToIndex) {
      second.load(static_cast<const T*>(rows.inputs[1]) + offset, count);
    }
    if constexpr (form == Form::kOne || form == Form::kTwo) {
      if constexpr (std::is_same_v<decltype(Function::run(first, second)), Mask<T>>) {
        const Mask<T> is_empty = Function::run(first, second);
        if (!is_empty.none()) *rows.has_empty_row = true;
      } else {
        Function::run(first, second);
      }
      second.store(static_cast<T*>(rows.output) + offset, count);
    } else {
      T places[kRows];
      Function::run(first, second).store(places);
      auto* const to = static_cast<int64_t*>(rows.output) + row;
      for (int64_t i = 0; i < count; ++i) to[i] = static_cast<int64_t>(places[i]);
    }
  }
}

}  // namespace

template <>
const RowKernels& row_kernels_of<isa::CPU_CAPABILITY>() {
  static constexpr RowKernels made{
      .log_softmax = {&run<LogSoftmax, float, Form::kOne>, &run<LogSoftmax, double, Form::kOne>},
      .softmax = {&run<Softmax, float, Form::kOne>, &run<Softmax, double, Form::kOne>},
      .normalize = {&run<Normalize, float, Form::kOne>, &run<Normalize, double, Form::kOne>},
      .log_softmax_backward = {&run<LogSoftmaxBackward, float, Form::kTwo>,
                               &run<LogSoftmaxBackward, double, Form::kTwo>},
      .softmax_backward = {&run<SoftmaxBackward, float, Form::kTwo>,
                           &run<SoftmaxBackward, double, Form::kTwo>},
      .normalize_backward = {&run<NormalizeBackward, float, Form::kTwo>,
                             &run<NormalizeBackward, double, Form::kTwo>},
      .log_sum = {&LogSum<false>::forward<float>, &LogSum<false>::forward<double>},
      .log_sum_of_logs = {&LogSum<true>::forward<float>, &LogSum<true>::forward<double>},
      .log_sum_backward = {&LogSum<false>::backward<float>, &LogSum<false>::backward<double>},
      .log_sum_of_logs_backward = {&LogSum<true>::backward<float>, &LogSum<true>::backward<double>},
      .relaxed = {&Relaxed<false>::forward<float>, &Relaxed<false>::forward<double>},
      .relaxed_on_simplex = {&Relaxed<true>::forward<float>, &Relaxed<true>::forward<double>},
      .relaxed_backward = {&Relaxed<false>::backward<float>, &Relaxed<false>::backward<double>},
      .relaxed_on_simplex_backward = {&Relaxed<true>::backward<float>,
                                      &Relaxed<true>::backward<double>},
      .relaxed_draw = {&RelaxedDraw<false>::run<float>, &RelaxedDraw<false>::run<double>},
      .relaxed_draw_on_simplex = {&RelaxedDraw<true>::run<float>, &RelaxedDraw<true>::run<double>},
      .multinomial = {&Multinomial<false>::forward<float>, &Multinomial<false>::forward<double>},
      .multinomial_of_logs = {&Multinomial<true>::forward<float>,
                              &Multinomial<true>::forward<double>},
      .multinomial_backward = {&Multinomial<false>::backward<float>,
                               &Multinomial<false>::backward<double>},
      .multinomial_of_logs_backward = {&Multinomial<true>::backward<float>,
                                       &Multinomial<true>::backward<double>},
      .multinomial_entropy = {&MultinomialEntropy::forward<float>,
                              &MultinomialEntropy::forward<double>},
      .index_of_one = {&run<IndexOfOne, float, Form::kOneToIndex>,
                       &run<IndexOfOne, double, Form::kOneToIndex>},
      .race = {&run<Race<Probability>, float, Form::kTwoToIndex>,
               &run<Race<Probability>, double, Form::kTwoToIndex>},
      .race_of_logits = {&run<Race<Logit>, float, Form::kTwoToIndex>,
                         &run<Race<Logit>, double, Form::kTwoToIndex>},
      .exponential = {&exponential<float>, &exponential<double>}};
  return made;
}

}  // namespace torch::distributions::ops::engine
