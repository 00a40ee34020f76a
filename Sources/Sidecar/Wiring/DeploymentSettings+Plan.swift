internal import Deployment
internal import Options

extension DeploymentSettings {
    /// What a plan says about deployments.
    init(_ plan: Plan) {
        self.init()
        let settings = plan.settings
        syncTimeout = settings.syncTimeout
        healthTimeout = settings.healthTimeout
        rollsBack = plan.rollsBack
        keepReleases = plan.keepReleases
        staleTimeout = settings.staleWorktreeTimeout
        quarantineTTL = settings.quarantineTTL
        reference = settings.ref
    }
}

extension LoopSettings {
    /// What a plan says about when attempts come.
    init(_ plan: Plan) {
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
