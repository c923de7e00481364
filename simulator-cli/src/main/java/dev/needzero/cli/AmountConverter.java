package dev.needzero.cli;

import dev.needzero.units.ByteSize;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads an observed amount as in {@code 1.04GiB}: where {@link SizeConverter} wants whole bytes, this takes the nearest. */
final class AmountConverter implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
        try {
            return ByteSize.parseRounded(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
