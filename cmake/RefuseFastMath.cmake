# Refuses -ffast-math and similar flags. Infinities, NaNs and signed zeros are results of this library, and its formulas rely on
# the order of operations; these flags allow the compiler to change both.
get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type)
get_directory_property(directory_options COMPILE_OPTIONS)
set(flags "${directory_options}")
foreach(language IN LISTS languages)
  string(APPEND flags " ${CMAKE_${language}_FLAGS} ${CMAKE_${language}_FLAGS_${build_type}}")
endforeach()
if(flags MATCHES "-(ffast-math|Ofast|ffinite-math-only|funsafe-math-optimizations|fassociative-math|use_fast_math)")
  message(FATAL_ERROR
    "TorchDistributions: ${CMAKE_MATCH_0} is refused: it breaks infinities, NaNs and the accuracy of the densities.")
endif()
unset(languages)
unset(flags)
