package import Report

extension Event {
    /// What people are told of the history's files.
    package init(_ notice: History.Notice, at milliseconds: Int) {
        self.init(.historyFault, at: milliseconds)
        detail = notice.sentence
    }

    /// What people are told of the file of the state.
    package init(_ notice: StateKeeper.Notice, at milliseconds: Int) {
        self.init(.stateFault, at: milliseconds)
        detail =
            switch notice {
            case .damaged(let reason): reason
            case .failed(let reason): reason.sentence(ofWaiting: "state")
            case .writtenAgain: "state: written again"
            }
    }
}
