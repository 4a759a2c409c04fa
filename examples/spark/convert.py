"""Converts an archive of records into lines and dead letters, once or as files arrive.

ARCHIVE is a folder of Parquet files with the column `record`, one record a row, and others that stay beside the line, such as a
key; or, with `--text`, of text files with a record a line, beside which `file` and `received` (when the file was last
changed) stay. OUTPUT is a folder for Parquet files: those in `rejected=false` have `line`, those in `rejected=true`
`reason` and `error`, but for records that are null.
"""

import argparse
from functools import partial
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import col
from pyspark.sql.types import StringType, StructField, StructType
from senhasegura_siem.arrow import COLUMNS, with_lines


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", metavar="ARCHIVE")
    parser.add_argument("output", metavar="OUTPUT")
    parser.add_argument("--text", action="store_true", help="ARCHIVE has text files, with a record a line")
    parser.add_argument("--received", metavar="COLUMN", help="the column with the times of reception")
    parser.add_argument("--config", metavar="FILE", help="the configuration of the transform, in JSON")
    parser.add_argument("--stream", metavar="CHECKPOINTS", help="go on as files arrive, and keep the state in a folder")
    parser.add_argument("--once", action="store_true", help="with --stream, end when all files have been read")
    parser.add_argument("--lines", metavar="FOLDER", help="also write the lines as text files, when all is converted")
    options = parser.parse_args()
    if options.stream and options.lines:
        parser.error("--lines is for an archive, not for --stream")
    return options


def read(spark: SparkSession, archive: str, is_text: bool, is_stream: bool) -> DataFrame:
    if is_text:
        # Other ends of lines may be inside of records.
        reader = spark.readStream if is_stream else spark.read
        file, received = col("_metadata.file_path"), col("_metadata.file_modification_time")
        lines = reader.option("lineSep", "\n").text(archive)
        return lines.select(file.alias("file"), received.alias("received"), col("value").alias("record"))
    if is_stream:
        return spark.readStream.schema(spark.read.parquet(archive).schema).parquet(archive)
    return spark.read.parquet(archive)


def convert(records: DataFrame, config: str, received: str | None) -> DataFrame:
    """Appends the lines, reasons and errors, and whether a record is rejected."""
    added = [*COLUMNS, "rejected"]
    taken = [name for name in records.columns if name.lower() in added]
    if taken == list(COLUMNS):
        # Rejected records, to be converted again.
        records = records.drop(*COLUMNS)
    elif taken:
        raise SystemExit(f"expected an archive without columns that are added ({', '.join(added)}), found {taken}")
    schema = StructType([*records.schema.fields, *(StructField(name, StringType()) for name in COLUMNS)])
    # A function of an installed module: one that is defined here would be sent to the workers with a transformer for
    # each task.
    converted = records.mapInArrow(partial(with_lines, config=config, received=received), schema)
    return converted.withColumn("rejected", col("line").isNull())


def main() -> None:
    options = arguments()
    spark = SparkSession.builder.appName("senhasegura-siem").getOrCreate()
    config = Path(options.config).read_text() if options.config else ""
    received = options.received or ("received" if options.text else None)
    records = read(spark, options.archive, options.text, options.stream is not None)
    # Both kinds of rows in one write: two would transform each record twice.
    converted = convert(records, config, received)
    if options.stream:
        writer = converted.writeStream.partitionBy("rejected").option("checkpointLocation", options.stream)
        if options.once:
            writer = writer.trigger(availableNow=True)
        writer.start(options.output, format="parquet").awaitTermination()
    else:
        converted.write.partitionBy("rejected").parquet(options.output)
    if options.lines:
        lines = spark.read.parquet(options.output).where("NOT rejected").select("line")
        lines.write.text(options.lines)
    spark.stop()


if __name__ == "__main__":
    main()
