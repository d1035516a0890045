# What a program does not name, it does not compile (CONTRIBUTING.md, "Style"): the object file OBJECT of hello, as NM
# lists it, has no function of features that hello does not use.
execute_process(COMMAND "${NM}" -C "${OBJECT}" OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(FIND "${symbols}" "GradientSum<float>::" used)
if(used LESS 0)
    message(FATAL_ERROR "${OBJECT} does not have what every training needs, so this test finds nothing")
endif()
foreach(name IN ITEMS
        JoinedProcesses ExchangedSum                                                # several processes
        NormsOfPlan make_norms fold_norm                                            # norms over the batch
        SlowWeights AverageWeights AccumulatedGradient clip_grad_norm make_groups   # options of a training
        ParameterGroups parameter_infos                                             # groups of parameters
        RunInViews validate_views)                                                  # test-time augmentation
    string(FIND "${symbols}" "${name}" found)
    if(found GREATER_EQUAL 0)
        string(SUBSTRING "${symbols}" ${found} 100 where)
        message(SEND_ERROR "hello does not use ${name}, but its object file has it: ${where}")
    endif()
endforeach()
