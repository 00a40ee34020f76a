package import Deployment
package import Options

extension DeploymentSettings {
    /// What a plan says about deployments.
    package init(_ plan: Plan) {
        self.init()
        let settings = plan.settings
        syncTimeout = settings.syncTimeout
        healthTimeout = settings.healthTimeout
        rollsBack = plan.rollsBack
        keepReleases = plan.keepReleases
        staleTimeout = settings.staleWorktreeTimeout
        quarantineTTL = settings.quarantineTTL
        reference = settings.ref
        fingerprint = plan.fingerprint
        // Who runs us once wants it now.
        waitsAfterInterruption = !settings.oneTime
    }
}

extension LoopSettings {
    /// What a plan says about when attempts come.
    package init(_ plan: Plan) {
        self.init()
        let settings = plan.settings
        period = settings.period
        initialPeriod = plan.initPeriod
        jitter = Double(settings.jitter.percent) / 100
        maximumBackoff = settings.maxBackoff
        failureLimit = FailureLimit(maximum: settings.maxFailures, initialMaximum: settings.initMaxFailures)
        isOneTime = settings.oneTime
        syncTimeout = settings.syncTimeout
        longestAttempt = plan.longestAttempt
    }
}

extension Plan {
    /// Actions have limits of their own; this one is for all of them together.
    package var actionLimit: Duration { settings.healthTimeout * 2 + settings.reloadTimeout + .seconds(60) }

    /// The health check has limits of its own; this one is for what it may do all in all, escalations included.
    package var confirmLimit: Duration {
        let escalation = (settings.terminateAfter ?? .zero) + (settings.killAfter ?? .zero)
        return settings.healthTimeout * 3 + settings.healthWatch + escalation + .seconds(30)
    }

    /// What one attempt may take at most, everything that has a limit of its own included: twice, for going back.
    fileprivate var longestAttempt: Duration {
        let commands = settings.prepareTimeout + settings.validateTimeout + settings.trialTimeout
        return settings.syncTimeout * 3 + (commands + actionLimit + confirmLimit) * 2
    }
}
