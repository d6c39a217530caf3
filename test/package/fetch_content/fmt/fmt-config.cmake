# fmt as Conan packages it: the target of the compiled library alone. The includes are those of the fmt that the build around
# this project found.
add_library(fmt::fmt INTERFACE IMPORTED)
set_target_properties(fmt::fmt PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${FMT_INCLUDES}")
