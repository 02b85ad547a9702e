package import Config
package import Control

extension Reply {
    /// What the person is told who asked for a reload, or what one would change.
    package init(_ result: Result<[ConfigDifference.Line], ControlError>, isCheck: Bool) {
        switch result {
        case .success(let lines):
            var reload = Reload()
            reload.isCheck = isCheck
            reload.difference = lines.map {
                .init(
                    text: $0.text, section: String($0.header.dropFirst().dropLast()),
                    needsRestart: $0.needsRestart)
            }
            self = .reload(reload)
        case .failure(let error): self = .refused(error)
        }
    }
}
