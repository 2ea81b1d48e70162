/* jobs.c: the engine's promise jobs: there is no event loop beside them. */
#include "runtime.h"

void jobs_run(void)
{
    while (qjs_is_job_pending())
        /* A job that throws has nobody to throw to; its promise knows. */
        if ((s32)qjs_execute_pending_job() < 0)
            JS_FreeValue(context, JS_GetException(context));
}
