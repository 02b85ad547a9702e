public import Config
public import HAL

extension Config.Button.Bias {
    /// As the hardware has it.
    public var input: InputLine.Bias {
        switch self {
        case .pullUp: .pullUp
        case .pullDown: .pullDown
        case .none: .none
        }
    }
}
